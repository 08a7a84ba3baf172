import { setTimeout as wait } from "node:timers/promises";
import { createPublicClient, http, type PublicClient, parseEventLogs } from "viem";
import { optionMarketAbi, shareQueueAbi } from "../chain/abi.ts";
import type { AddressBook } from "../chain/addressBook.ts";
import type { SignedRfqQuote } from "../chain/rfqQuote.ts";
import { toUnits } from "../chain/units.ts";
import type { Programme } from "../desk/programme.ts";
import { dealerTiming } from "./demoSettings.ts";
import { type Connection, deployKeel } from "./deployKeel.ts";
import { deskOverHttp } from "./deskOverHttp.ts";
import { keelParameters } from "./keelParameters.ts";
import { createDealer } from "./market/dealer.ts";
import { createOptionBuyers, defaultOptionBuyers, visitDesk } from "./market/optionBuyers.ts";
import type { MovingMarket } from "./movingMarket.ts";
import { castOf } from "./openWorld.ts";
import {
  claimShares,
  closeDealer,
  fundDealer,
  redeemLongs,
  requestDeposit,
  type Stage,
  settledAmong,
  tradedWith,
} from "./participants.ts";
import { createRandom } from "./random.ts";

export type DevnetParameters = {
  readonly seed: number;
  readonly blockSeconds: number;
  /** Quote the depositor brings, whole units. */
  readonly deposit: number;
  /** Where the keeper's desk answers. */
  readonly deskUrl: string;
  /** Option buyers a block, on average. */
  readonly buyersPerBlock: number;
  /** Whose expiries a dealer quotes, by symbol. */
  readonly programmes: ReadonlyMap<string, Programme>;
};

export type Devnet = {
  readonly addresses: AddressBook;
  /** A dealer's option quotes at this moment. */
  quotes(): Promise<readonly SignedRfqQuote[]>;
  /** Moves the chain by one block and lets people act on what was in it. */
  step(): Promise<DevnetBlock>;
};

export type DevnetBlock = { readonly number: number; readonly timestamp: number; readonly fills: number };

const FIRST_CUTOFF_SECONDS = 3600;
/** Nobody waits six hours for a devnet's first sale. */
const SEASONING_BLOCKS = 5;
/** What one buyer wants at a time, USD of underlying: a devnet should not take a week to sell a week's options. */
const MEDIAN_USD = 60_000;

/**
 * Deploys Keel on a moving market, lets a depositor join, and goes on to where the first deposits have closed, so that a keeper strikes them
 * at once. From then on buyers ask the desk whenever one answers.
 */
export async function openDevnet(market: MovingMarket, connection: Connection, parameters: DevnetParameters): Promise<Devnet> {
  const { seed, blockSeconds, deposit, deskUrl, buyersPerBlock, programmes } = parameters;
  const { driver, book, scenario } = market;
  const cast = castOf();
  const client = createPublicClient({ transport: http(market.url, { retryCount: 0 }) }) as PublicClient;
  const firstCutoff = (await driver.settle()).timestamp + FIRST_CUTOFF_SECONDS;
  const accounts = {
    keeper: cast.keeper.address,
    quoter: cast.quoter.address,
    volPoster: cast.operator.address,
    guardian: cast.guardian.address,
  };
  const prices = new Map(Object.entries(market.prices()));
  const size = { capital: deposit, prices, firstCutoff, seasoningSeconds: SEASONING_BLOCKS * blockSeconds };
  await driver.provider.request({ method: "evm_setAutomine", params: [true] });
  const addresses = await deployKeel(connection, keelParameters(book, accounts, size), book);
  await driver.provider.request({ method: "evm_setAutomine", params: [false] });

  const stage: Stage = { client, addresses, cast, market };
  const assets = toUnits(deposit, book.quote.decimals);
  for (const { address } of [cast.depositor, cast.buyer]) await market.give(book.quote.symbol, address, assets);
  await fundDealer(stage, market.give, deposit, market.prices());
  await requestDeposit(stage, assets);
  await driver.mine(firstCutoff);
  await market.step();

  const desk = deskOverHttp(deskUrl, stage);
  const arrivalsPerDay = (buyersPerBlock * 86_400) / blockSeconds;
  const taste = { ...defaultOptionBuyers, arrivalsPerDay, medianUsd: MEDIAN_USD };
  const buyers = createOptionBuyers(createRandom(seed, "option buyers"), blockSeconds, scenario.fairVol, taste);

  const { validSeconds } = dealerTiming(blockSeconds);
  const dealer = createDealer({ account: cast.dealer, addresses, programmes, marks: scenario.marks, validSeconds });
  const written = new Set<bigint>();

  return {
    addresses,
    quotes: async () => dealer.quotes((await driver.head()).timestamp, market.prices()),
    async step() {
      await market.step();
      const { number, timestamp, hash } = await driver.head();
      const { optionMarket, shareQueue } = addresses.contracts;
      const logs = await client.getLogs({ address: [optionMarket, shareQueue], blockHash: hash });
      const events = parseEventLogs({ abi: [...optionMarketAbi, ...shareQueueAbi], logs });
      for (const series of tradedWith(cast.dealer.address, logs)) {
        dealer.wrote(series);
        written.add(series);
      }
      await closeDealer(stage, settledAmong(written, logs));
      await redeemLongs(
        stage,
        events.flatMap((event) => (event.eventName === "Released" ? [event.args.series] : [])),
      );
      const struck = events.flatMap((event) => (event.eventName === "Struck" && event.args.minted > 0n ? [event.args] : []));
      if (struck.length > 0)
        await claimShares(
          stage,
          struck.reduce((sum, { deposited }) => sum + deposited, 0n),
        );
      const wanted = buyers({ timestamp, prices: { USDC: 1, ...market.prices() } }, await desk.offers());
      // Two takers of one series in one block could ask for more than is left of it.
      await visitDesk(wanted.filter(isFirstOfItsSeries), desk.ask);
      return { number, timestamp, fills: events.filter(({ eventName }) => eventName === "Filled").length };
    },
  };
}

function isFirstOfItsSeries<Request extends { strike: number; type: string; underlying: string }>(
  { strike, type, underlying }: Request,
  index: number,
  all: readonly Request[],
): boolean {
  return index === all.findIndex((each) => each.strike === strike && each.type === type && each.underlying === underlying);
}

/**
 * Moves a devnet in wall-clock time until it is told to stop, or for some blocks.
 * @param intervalMs from one block to the next; 0 = as fast as it goes
 */
export async function moveDevnet(
  devnet: Devnet,
  options: { intervalMs: number; blocks?: number | undefined; signal: AbortSignal; onBlock(block: DevnetBlock): void },
): Promise<void> {
  const { intervalMs, blocks = Number.POSITIVE_INFINITY, signal, onBlock } = options;
  for (let index = 0; index < blocks && !signal.aborted; index += 1) {
    const started = performance.now();
    onBlock(await devnet.step());
    const rest = intervalMs - (performance.now() - started);
    await wait(Math.max(0, rest), undefined, { signal }).catch(() => undefined);
  }
}
