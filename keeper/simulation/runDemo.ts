import { getAbiItem, type Log } from "viem";
import { optionMarketAbi, shareQueueAbi, uniswapPoolAbi, vaultAbi } from "../chain/abi.ts";
import type { AddressBook } from "../chain/addressBook.ts";
import { toHead } from "../chain/blockSource.ts";
import { eventsOf } from "../chain/eventsOf.ts";
import { createMarketMemory, type MarketMemory } from "../chain/marketMemory.ts";
import { readSnapshot } from "../chain/readSnapshot.ts";
import { unpackSeries } from "../chain/seriesId.ts";
import type { BlockHead, Snapshot } from "../chain/snapshot.ts";
import { fromWad } from "../chain/units.ts";
import { createDesk, type Desk } from "../desk/desk.ts";
import type { Programme } from "../desk/programme.ts";
import type { ExecutionEvent } from "../execution/events.ts";
import { createExecutor, type InFlight } from "../execution/executor.ts";
import type { MarketEvent } from "../hedging/eventCalendar.ts";
import type { RegionMethod } from "../hedging/regionsAt.ts";
import type { HedgeBelief } from "../risk/hedgeBelief.ts";
import { createDealing } from "../service/dealing.ts";
import { createKeeper, type KeeperReport } from "../service/keeper.ts";
import type { Logger } from "../service/log.ts";
import { createOperator } from "../service/operator.ts";
import { createOutlook } from "../service/outlook.ts";
import { createRegions } from "../service/solveRegions.ts";
import type { Journal } from "../store/journal.ts";
import { openStore } from "../store/openStore.ts";
import { accountBlock, type BlockAccount, type Hedged, holdHedges } from "./accountBlock.ts";
import { auditBlock } from "./auditBlock.ts";
import { dealerTiming, deskPolicy, executionPolicy, outlookSettings, settingsFor } from "./demoSettings.ts";
import { createDealer } from "./market/dealer.ts";
import type { LocalMarket } from "./market/localMarket.ts";
import { createOptionBuyers, visitDesk } from "./market/optionBuyers.ts";
import { openWorld, type World } from "./openWorld.ts";
import {
  askDesk,
  claimShares,
  closeDealer,
  fundDealer,
  fundParticipants,
  giveIn,
  onSale,
  redeemLongs,
  settledAmong,
  tradedWith,
} from "./participants.ts";
import { createRandom } from "./random.ts";
import { createScenario, type ScenarioParameters } from "./scenario.ts";

export type DemoParameters = ScenarioParameters & {
  readonly days: number;
  readonly blockSeconds: number;
  readonly seed: number;
  readonly policy: RegionMethod;
  readonly events?: readonly MarketEvent[];
  readonly riskAversion: number;
  /** Delta that is hedged; sticky-strike when absent. */
  readonly belief?: HedgeBelief;
  readonly programmes: ReadonlyMap<string, Programme>;
  /** What the depositor brings, quote. */
  readonly deposit: number;
  /** Whether a dealer quotes options to the keeper. */
  readonly dealer?: boolean | undefined;
  readonly log: Logger;
  /** Called before the first block. */
  readonly onStart?: (start: DemoStart) => void;
  /** Called after every block. */
  readonly onBlock?: (block: DemoBlock) => void;
  /** Called once Keel is deployed; what it returns is told every decision, and the next block waits for it. */
  readonly watch?: ((deployed: Deployed) => Promise<Watcher>) | undefined;
};

export type Deployed = { readonly addresses: AddressBook; readonly journal: Journal };
export type Watcher = (snapshot: Snapshot, report: KeeperReport, inFlight: readonly InFlight[]) => Promise<void>;

/** What stands before the first block: the deployed market and vault, the deposit requested. */
export type DemoStart = {
  readonly addresses: AddressBook;
  readonly market: Pick<LocalMarket, "addresses" | "accounts">;
  readonly snapshot: Snapshot;
};

/** One block of the demo: the vault before it was decided on, what was decided, and what the block earned. */
export type DemoBlock = {
  /** 1 to `of`. */
  readonly index: number;
  readonly of: number;
  readonly snapshot: Snapshot;
  readonly report: KeeperReport;
  readonly account: BlockAccount;
  readonly gasUsed: bigint;
};

/** Series are settled and redeemed within hours of their expiry. */
const AUDITED_AFTER_EXPIRY_SECONDS = 86_400;
const swapEvent = getAbiItem({ abi: uniswapPoolAbi, name: "Swap" });
/** More than any bundle or batch of chores needs. */
export const GAS_LIMIT = 4_000_000n;

/**
 * Runs a vault on the local market for some days: buyers buy what the programme sells, the keeper hedges, the operator settles and posts,
 * and solvency and accounting are checked at every block. Deterministic: same parameters, same blocks.
 * @throws AuditError when a promise of the contracts is broken
 */
export async function runDemo(parameters: DemoParameters): Promise<readonly DemoBlock[]> {
  const { days, blockSeconds, seed, policy, riskAversion, programmes, deposit, log } = parameters;
  const { events = [], belief = { kind: "sticky-strike" } } = parameters;
  const scenario = createScenario(parameters);
  const { start, prices, path } = scenario;
  // Nobody asks a journal that ends with the run why a block was held: the report says it.
  const [world, store] = await Promise.all([
    openWorld({ seed, blockSeconds, start, prices, path, capital: deposit }),
    openStore({ memory: true, holds: false }),
  ]);
  const regions = createRegions({ wait: true, log });
  try {
    const { client, addresses, cast, market } = world;
    const settings = settingsFor({ policy, events, riskAversion, belief, blockSeconds });
    let etherPrice = scenario.prices.WETH;
    const execution = executionPolicy(1, () => etherPrice, GAS_LIMIT);
    const shared = { publicClient: client, store, policy: execution, chainId: addresses.chainId, log };
    const { journal } = store;
    const executors = {
      keeper: createExecutor({ ...shared, account: cast.keeper }),
      operator: createExecutor({ ...shared, account: cast.operator }),
    };
    const outlooks = createOutlook(outlookSettings);
    const { isWorthSelling } = outlooks;
    const shop = { addresses, quoter: cast.quoter, programmes, marks: scenario.marks, policy: deskPolicy };
    const desk = createDesk({ ...shop, isWorthSelling });
    let truth: Readonly<Record<string, number>> = scenario.prices;
    const { validSeconds, marginSeconds } = dealerTiming(blockSeconds);
    const dealer = createDealer({ account: cast.dealer, addresses, programmes, marks: scenario.marks, validSeconds });
    const dealing = parameters.dealer
      ? createDealing({
          addresses,
          sources: [(now) => dealer.quotes(now, truth)],
          ownSeries: desk.programmeSeries,
          isContract: async () => false,
          marginSeconds,
          log,
        })
      : undefined;
    const hedger = { addresses, executor: executors.keeper, journal, settings, outlooks, regions, dealing, log };
    const keeper = createKeeper(hedger);
    const operator = createOperator({ client, addresses, executor: executors.operator, journal, desk, log });
    const watcher = await parameters.watch?.({ addresses, journal });
    const buyers = createOptionBuyers(createRandom(seed, "option buyers"), blockSeconds, scenario.fairVol);

    await fundParticipants(world, deposit);
    if (dealing !== undefined) await fundDealer(world, giveIn(world), deposit, scenario.prices);
    const first = await headOf(world);
    for (const executor of Object.values(executors)) await executor.recover({ ...first, baseFeePerGas: first.baseFeeWei });
    const memory = createMarketMemory();
    let before = await snapshotOf(world, desk, first, memory);
    parameters.onStart?.({ addresses, market, snapshot: before });
    const hedged: Hedged = { units: new Map(), options: new Map() };
    const writers = dealing === undefined ? [] : [cast.dealer.address];
    const traded = new Set<bigint>();
    const of = Math.round((days * 86_400) / blockSeconds);
    const blocks: DemoBlock[] = [];
    let audited: Promise<void> = Promise.resolve();
    // A block's books are closed while the node reads the next one: nothing on the chain waits for them.
    let closeBooks: (() => void) | undefined;
    for (let index = 1; index <= of; index += 1) {
      const mined = await market.step();
      const head: BlockHead = {
        number: BigInt(mined.number),
        hash: mined.hash,
        parentHash: mined.parentHash,
        timestamp: mined.timestamp,
        baseFeeWei: mined.baseFeeWei,
      };
      const reading = Promise.all([snapshotOf(world, desk, head, memory), logsOf(world, head)]);
      scenario.observe(mined.timestamp, mined.prices);
      truth = mined.prices;
      // While the node is busy with that: what needs nothing of it.
      await dealing?.refresh(mined.timestamp);
      closeBooks?.();
      const [snapshot, logs] = await reading;
      for (const series of tradedWith(cast.dealer.address, logs)) dealer.wrote(series);
      etherPrice = snapshot.underlyings.find(({ symbol }) => symbol === "WETH")?.price ?? etherPrice;
      await audited;
      audited = auditBlock(client, addresses, snapshot, remember(traded, logs, head), writers);

      const operations = gasOf(await operator.onSnapshot(snapshot));
      const report = await keeper.onSnapshot(snapshot, desk.provisions(snapshot));
      await watcher?.(snapshot, report, [...executors.keeper.inFlight(), ...executors.operator.inFlight()]);
      await letPeopleAct(world, desk, snapshot, logs, buyers);
      if (dealing !== undefined) await closeDealer(world, settledAmong(traded, logs));

      const hedging = gasOf(report.events);
      const gasQuote = { hedging: fromWad(hedging.wei) * etherPrice, operations: fromWad(operations.wei) * etherPrice };
      const earlier = before;
      closeBooks = () => {
        const account = accountBlock(addresses, earlier, snapshot, logs, hedged, gasQuote);
        holdHedges(hedged, account, logs);
        const block: DemoBlock = { index, of, snapshot, report, account, gasUsed: hedging.units + operations.units };
        blocks.push(block);
        parameters.onBlock?.(block);
      };
      before = snapshot;
    }
    closeBooks?.();
    await audited;
    return blocks;
  } finally {
    await regions.close();
    await store.close();
    await world.connection.close();
  }
}

async function headOf({ client }: World): Promise<BlockHead> {
  return toHead(await client.getBlock());
}

function snapshotOf({ client, addresses }: World, desk: Desk, head: BlockHead, memory: MarketMemory): Promise<Snapshot> {
  return readSnapshot(client, addresses, head, desk.expiries, memory);
}

/** What Keel's contracts logged in one block, and the pools about its swaps. */
async function logsOf({ client, addresses }: World, { hash }: BlockHead): Promise<readonly Log[]> {
  const { vault, shareQueue, optionMarket, uniswapVenue } = addresses.contracts;
  const logs = await client.getLogs({ address: [vault, shareQueue, optionMarket], blockHash: hash });
  if (eventsOf(vaultAbi, "Rebalanced", logs).length === 0) return logs;
  const pools = addresses.underlyings.flatMap((underlying) => underlying.pools.map(({ address }) => address));
  const swaps = await client.getLogs({ address: pools, event: swapEvent, args: { sender: uniswapVenue }, blockHash: hash });
  return [...logs, ...swaps];
}

/**
 * Adds the series filled in this block to those traded, forgets those long settled, and says which ones the audit must count: longs and
 * shorts change only where the market logs it.
 */
function remember(traded: Set<bigint>, logs: readonly Log[], { timestamp }: BlockHead): ReadonlySet<bigint> {
  for (const { args } of eventsOf(optionMarketAbi, "Filled", logs)) traded.add(args.series);
  for (const series of traded) if (unpackSeries(series).expiry < timestamp - AUDITED_AFTER_EXPIRY_SECONDS) traded.delete(series);
  return logs.length === 0 ? new Set() : new Set(traded);
}

/** Buyers ask and take; what was settled in this block is redeemed; a struck deposit is claimed. */
async function letPeopleAct(
  world: World,
  desk: Desk,
  snapshot: Snapshot,
  logs: readonly Log[],
  buyers: ReturnType<typeof createOptionBuyers>,
): Promise<void> {
  const prices = Object.fromEntries(snapshot.underlyings.map(({ symbol, price }) => [symbol, price]));
  const tick = { timestamp: snapshot.block.timestamp, prices: { WETH: 0, WBTC: 0, ...prices, USDC: 1 } };
  await visitDesk(firstOfSeries(buyers(tick, onSale(desk, snapshot))), askDesk(world, desk, snapshot));
  const released = eventsOf(optionMarketAbi, "Released", logs);
  await redeemLongs(
    world,
    released.map(({ args }) => args.series),
  );
  const deposited = eventsOf(shareQueueAbi, "Struck", logs).reduce((sum, { args }) => sum + args.deposited, 0n);
  if (deposited > 0n) await claimShares(world, deposited);
}

/** Two takers of one series in one block could ask for more than is left of it. */
export function firstOfSeries<Request extends { strike: number; type: string }>(
  requests: readonly Request[],
): readonly Request[] {
  return requests.filter(
    (request, index) => requests.findIndex(({ strike, type }) => strike === request.strike && type === request.type) === index,
  );
}

/** What settled transactions burned. */
function gasOf(events: readonly ExecutionEvent[]): { wei: bigint; units: bigint } {
  let wei = 0n;
  let units = 0n;
  for (const event of events) {
    if (!("receipt" in event) || event.type === "mined") continue;
    wei += event.receipt.gasUsed * event.receipt.effectiveGasPrice;
    units += event.receipt.gasUsed;
  }
  return { wei, units };
}
