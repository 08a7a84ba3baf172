import type { QueueState, Snapshot } from "../../chain/snapshot.ts";
import { createDesk, type SignedQuote } from "../../desk/desk.ts";
import { createDealing } from "../../service/dealing.ts";
import { type Decision, decide, regionRequests, riskAtStake } from "../../service/decide.ts";
import { createOutlook } from "../../service/outlook.ts";
import { createRegions } from "../../service/solveRegions.ts";
import { dealerTiming, deskPolicy, executionPolicy, outlookSettings, settingsFor } from "../demoSettings.ts";
import { keelParameters } from "../keelParameters.ts";
import { createDealer } from "../market/dealer.ts";
import { createOptionBuyers, visitDesk } from "../market/optionBuyers.ts";
import { castOf, marketBook } from "../openWorld.ts";
import { onSale } from "../participants.ts";
import { createRandom } from "../random.ts";
import { type DemoParameters, type DemoStart, firstOfSeries, GAS_LIMIT } from "../runDemo.ts";
import { createScenario } from "../scenario.ts";
import { createTwinMarket } from "./twinMarket.ts";
import { type Errand, twinErrand } from "./twinOperator.ts";
import { createTwinSender } from "./twinSender.ts";
import { post, type TwinSurface, twinSnapshot } from "./twinSnapshot.ts";
import { createTwinVault, type TwinLimits } from "./twinVault.ts";

/** One block of the twin: what the keeper saw and decided there. */
export type TwinBlock = { readonly snapshot: Snapshot; readonly decision: Decision };

/**
 * The demo without a chain: the same true prices, base fee, oracle rounds, noise, arbitrage, buyers, desk and decisions from the same seed; the
 * pools swap by exact arithmetic, the vault is a ledger. What is read from the demo's recording are Aave's reserves and rates, block by block.
 * @param start  the deployed market as it stood before the first block
 * @param recorded  the demo's snapshot of a block, counted from 1: only its reserves and rates are read
 */
export async function runTwin(
  parameters: DemoParameters,
  start: DemoStart,
  recorded: (index: number) => Snapshot,
): Promise<readonly TwinBlock[]> {
  const { days, blockSeconds, seed, policy, riskAversion, programmes, deposit, log } = parameters;
  const { events = [], belief = { kind: "sticky-strike" } } = parameters;
  const { addresses } = start;
  const scenario = createScenario(parameters);
  const fixed = settingsFor({ policy, events, riskAversion, belief, blockSeconds });
  const market = createTwinMarket(start, scenario, seed, blockSeconds);
  const limits = limitsOf(start, deposit);
  const vault = createTwinVault(addresses, limits);
  const outlooks = createOutlook(outlookSettings);
  const { isWorthSelling } = outlooks;
  const shop = { addresses, quoter: castOf().quoter, programmes, marks: scenario.marks, policy: deskPolicy };
  const desk = createDesk({ ...shop, isWorthSelling });
  const buyers = createOptionBuyers(createRandom(seed, "option buyers"), blockSeconds, scenario.fairVol);
  const regions = createRegions({ wait: true, log });
  const surface: TwinSurface = new Map();
  let etherPrice = scenario.prices.WETH;
  const execution = executionPolicy(1, () => etherPrice, GAS_LIMIT);
  const gasLimit = (GAS_LIMIT * BigInt(Math.round(100 + execution.gasMarginPercent))) / 100n;
  const senders = {
    keeper: createTwinSender<Decision>(execution, gasLimit),
    operator: createTwinSender<Errand>(execution, gasLimit),
  };
  let truth: Readonly<Record<string, number>> = scenario.prices;
  const { validSeconds, marginSeconds } = dealerTiming(blockSeconds);
  const dealer = createDealer({ account: castOf().dealer, addresses, programmes, marks: scenario.marks, validSeconds });
  const dealing = createDealing({
    addresses,
    sources: parameters.dealer ? [(now) => dealer.quotes(now, truth)] : [],
    ownSeries: desk.programmeSeries,
    isContract: async () => false,
    marginSeconds,
    log,
  });
  const blocks: TwinBlock[] = [];
  let before = start.snapshot;
  let fills: readonly SignedQuote[] = [];
  let struck = 0;
  try {
    for (let index = 1; index <= Math.round((days * 86_400) / blockSeconds); index += 1) {
      vault.accrue(before, blockSeconds);
      const tick = market.step(before.block.timestamp + blockSeconds);
      const { timestamp, baseFeeWei } = tick;
      for (const { quote } of fills) vault.fill(quote);
      const mined = senders.keeper.mine(baseFeeWei);
      vault.rebalance(mined?.actions ?? [], market);
      if (mined?.take !== undefined) vault.take(mined.take.quote, mined.take.size);
      const done = senders.operator.mine(baseFeeWei);
      for (const { underlying, expiry, price } of done?.collected ?? []) vault.collect(underlying, expiry, price);
      post(surface, done?.postings ?? [], timestamp, before.seasoning);
      if (done?.strikes) {
        // The depositor's request is the only one, and struck with the first epoch.
        if (struck === 0) vault.deposit(deposit);
        struck += 1;
      }
      const expiries = desk.expiries(timestamp, before.seasoning);
      const lending = recorded(index);
      const queue = queueAt(start.snapshot.queue, timestamp, struck);
      const snapshot = twinSnapshot({ addresses, before, queue, tick, market, vault, surface, expiries, lending, limits });
      scenario.observe(timestamp, tick.prices);
      truth = tick.prices;
      await dealing.refresh(timestamp);
      if (mined?.take !== undefined) dealer.wrote(mined.take.quote.series);
      etherPrice = snapshot.underlyings.find(({ symbol }) => symbol === "WETH")?.price ?? etherPrice;

      senders.operator.wait(index, baseFeeWei);
      if (!senders.operator.isBusy()) {
        const errand = await twinErrand(snapshot, desk, market);
        if (errand !== undefined) senders.operator.send(errand, index, baseFeeWei, 0);
      }
      senders.keeper.wait(index, baseFeeWei);
      const settings = { ...fixed, outlook: outlooks.observe(snapshot) };
      await regions.prepare(regionRequests(snapshot, settings));
      const offers = senders.keeper.isBusy() ? {} : dealing.offers(snapshot);
      const decision = decide(snapshot, addresses, settings, desk.provisions(snapshot), regions.lookUp, offers);
      const sends = !senders.keeper.isBusy() && decision.verdict !== "hold";
      if (sends) senders.keeper.send(decision, index, baseFeeWei, riskAtStake(decision));
      if (sends && decision.take !== undefined) dealing.used(decision.take);
      blocks.push({ snapshot, decision: sends ? decision : { ...decision, verdict: "hold", actions: [], routes: [] } });

      const quotes: SignedQuote[] = [];
      const seen = Object.fromEntries(snapshot.underlyings.map(({ symbol, price }) => [symbol, price]));
      const visit = { timestamp, prices: { WETH: 0, WBTC: 0, ...seen, USDC: 1 } };
      await visitDesk(firstOfSeries(buyers(visit, onSale(desk, snapshot))), async ({ underlying, ...series }) => {
        const signed = await desk.quote(snapshot, { ...series, symbol: underlying });
        return signed && { price: signed.price, take: async () => void quotes.push(signed) };
      });
      fills = quotes;
      before = snapshot;
    }
    return blocks;
  } finally {
    await regions.close();
  }
}

/** Where the share queue stands once so many epochs have been struck. */
function queueAt(first: QueueState, timestamp: number, struck: number): QueueState {
  const { cutoff, epochSeconds } = first;
  const passed = timestamp < cutoff ? 0 : 1 + Math.floor((timestamp - cutoff) / epochSeconds);
  const open = { openEpoch: first.openEpoch + passed, cutoff: cutoff + passed * epochSeconds, epochSeconds };
  return { ...open, struckDeposits: struck, struckRedemptions: struck };
}

/** The guard's limits as the demo deploys them. */
function limitsOf({ market }: DemoStart, capital: number): TwinLimits {
  const { keeper, quoter, operator, guardian } = castOf();
  const roles = {
    keeper: keeper.address,
    quoter: quoter.address,
    volPoster: operator.address,
    guardian: guardian.address,
  };
  return keelParameters(marketBook(market.addresses), roles, { capital, prices: new Map(), firstCutoff: 0 }).limits;
}
