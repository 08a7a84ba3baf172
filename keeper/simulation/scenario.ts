import type { MarkSource } from "../desk/desk.ts";
import { realisedMarks } from "../desk/realisedMarks.ts";
import { InvalidInputError } from "../errors.ts";
import { observePrice, type RealisedVol } from "../hedging/realisedVol.ts";
import type { UnderlyingPrices } from "./market/deployMarket.ts";
import type { UnderlyingSymbol } from "./market/deployPool.ts";
import type { PricePath } from "./market/localMarket.ts";
import { modelMarks } from "./marketMarks.ts";
import { createBatesPath, defaultBatesModel } from "./models/batesPath.ts";
import { historicalPath } from "./models/historicalPath.ts";
import { pricesFromFile } from "./models/pricesFromFile.ts";

export type ScenarioParameters = {
  readonly seed: number;
  readonly days: number;
  /** CSV or .csv.gz of WETH prices; the model when absent. WBTC follows the model in either case. */
  readonly pricesFile?: string | undefined;
};

/** Where true prices and the option market's marks come from in one run. */
export type Scenario = {
  /** Unix seconds of the first block, a Friday 08:00 UTC for the model. */
  readonly start: number;
  readonly prices: UnderlyingPrices;
  readonly path: PricePath;
  readonly marks: MarkSource;
  /** Vol at which an option of that life is fair now. */
  fairVol(symbol: UnderlyingSymbol, years: number): number;
  /** Told the true prices of every block; the realised vol of a price file rests on it. */
  observe(timestamp: number, prices: UnderlyingPrices): void;
};

const MODEL_START = Date.UTC(2026, 0, 2, 8) / 1000;
const MODEL_PRICES: UnderlyingPrices = { WETH: 3000, WBTC: 90_000 };
const WARM_UP_SECONDS = 7 * 86_400;
const HALF_LIFE_SECONDS = 3 * 86_400;
const FIRST_VOL = 0.7;
/** Option markets ask more than was realised: the usual premium of implied over realised vol. */
const IMPLIED_OVER_REALISED = 1.1;

/**
 * @throws InvalidInputError when the price file is unreadable or too short for the days asked for
 */
export function createScenario({ seed, days, pricesFile }: ScenarioParameters): Scenario {
  return pricesFile === undefined ? modelScenario(seed) : historicalScenario(seed, days, pricesFile);
}

/** Prices by the model from any start, for instance where a forked chain stands. */
export function modelScenario(seed: number, start = MODEL_START, prices: UnderlyingPrices = MODEL_PRICES): Scenario {
  const model = defaultBatesModel;
  const path = createBatesPath(model, { timestamp: start, prices }, seed);
  const stateOf = (symbol: string) => {
    if (!isUnderlying(symbol)) return undefined;
    const { heston, jump } = model.underlyings[symbol];
    return { heston: { ...heston, v0: path.variance(symbol) }, jump, jumpsPerYear: model.jumpsPerYear };
  };
  const nothing = () => undefined;
  return { start, prices, path, marks: modelMarks(stateOf), fairVol: path.fairVol, observe: nothing };
}

function historicalScenario(seed: number, days: number, file: string): Scenario {
  const history = historicalPath(pricesFromFile(file));
  const start = Math.ceil((history.first + WARM_UP_SECONDS) / 3600) * 3600;
  if (start + days * 86_400 > history.last) {
    const covered = Math.floor((history.last - start) / 86_400);
    throw new InvalidInputError(
      `${file} covers ${Math.max(0, covered)} days after a week to learn its vol: ask for fewer with --days`,
      { file, covered },
    );
  }
  const prices = { ...MODEL_PRICES, WETH: history.at(start) };
  const others = createBatesPath(defaultBatesModel, { timestamp: start, prices }, seed);
  let realised: RealisedVol | undefined;
  for (let at = history.first; at <= start; at += 3600)
    realised = observePrice(realised, history.at(at), at, FIRST_VOL, HALF_LIFE_SECONDS);
  const impliedVol = () => IMPLIED_OVER_REALISED * Math.sqrt(realised?.variance ?? FIRST_VOL ** 2);
  return {
    start,
    prices,
    path: { next: (timestamp) => ({ ...others.next(timestamp), WETH: history.at(timestamp) }) },
    marks: realisedMarks((symbol) => (symbol === "WETH" ? impliedVol() : others.fairVol("WBTC", 7 / 365))),
    fairVol: (symbol, years) => (symbol === "WETH" ? impliedVol() : others.fairVol(symbol, years)),
    observe(timestamp, { WETH }) {
      realised = observePrice(realised, WETH, timestamp, FIRST_VOL, HALF_LIFE_SECONDS);
    },
  };
}

function isUnderlying(symbol: string): symbol is UnderlyingSymbol {
  return symbol === "WETH" || symbol === "WBTC";
}
