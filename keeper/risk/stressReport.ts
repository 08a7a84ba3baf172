import { inverseNormalCdf } from "../pricing/normal.ts";
import { YEAR_SECONDS } from "./book.ts";
import { type PriceSeries, type PriceWindow, stepReturns, windowFrom, worstWindows } from "./crashWindows.ts";
import { deviationFactor } from "./deviationFactor.ts";
import { filteredReturns } from "./filteredReturns.ts";
import { type PortfolioGreeks, portfolioGreeks } from "./portfolioGreeks.ts";
import { type Replay, replay, replayScenario } from "./replay.ts";
import { type Shock, shockPnls } from "./revalue.ts";
import { DEVIATIONS, JUMP_FACTORS, type ScenarioMatrix, scenarioMatrix, sumMatrices, VOL_MULTIPLIERS } from "./scenarioMatrix.ts";
import { standardScenarios, troubleName } from "./standardScenarios.ts";
import { type StressedBook, type StressOutcome, stress } from "./stress.ts";
import { historicalTailRisk, normalTailRisk, type TailRisk } from "./tailRisk.ts";

export type StressSettings = {
  /** Δt of a standard deviation, of the tails and of a replayed window, seconds. */
  readonly horizonSeconds: number;
  /** Of value at risk and expected shortfall. */
  readonly confidence: number;
  /** Times at which the scenario matrices are drawn, seconds from now. */
  readonly times: readonly number[];
  /** For replays and historical tails. */
  readonly prices?: PriceSeries | undefined;
  /** Moments to replay from where the prices reach, unix seconds. */
  readonly replayFrom: readonly number[];
};

/** One matrix per underlying, and their sum, over the same labels. */
export type ScenarioGrid = {
  /** Spot factors, or numbers of standard deviations. */
  readonly spots: readonly number[];
  readonly volMultipliers: readonly number[];
  readonly seconds: readonly number[];
  readonly underlyings: readonly { readonly underlying: string; readonly pnl: ScenarioMatrix }[];
  readonly total: ScenarioMatrix;
};

type TailEstimate = TailRisk & {
  readonly method: string;
  /** Moves of the price file it rests on; 0 for the normal law. */
  readonly observations: number;
  /** Every move revalues the whole book; otherwise its delta alone counts. */
  readonly isRevalued: boolean;
};

export type StressReport = {
  readonly settings: Omit<StressSettings, "prices">;
  readonly greeks: PortfolioGreeks;
  readonly jumps: ScenarioGrid;
  readonly deviations: ScenarioGrid;
  /** The named scenarios, then the replays. */
  readonly outcomes: readonly StressOutcome[];
  readonly worst: StressOutcome;
  readonly replays: readonly (Replay & { readonly name: string })[];
  readonly tails: readonly TailEstimate[];
  /** Why the price file gave no historical tails. */
  readonly noHistory?: string;
};

/** Points of the normal law a book is revalued at; the tail beyond 97.5 % holds fifty of them. */
const QUANTILES = 2000;
const TROUBLE = { volMultiplier: 2, gasMultiplier: 10, depthDivisor: 10 };
const FALLS = 3;
const RISES = 1;
/** RiskMetrics 1996, daily. */
const DAILY_DECAY = 0.94;
/** Fewer returns than this say nothing about a tail. */
const FEWEST_RETURNS = 40;

/**
 * Everything `keel stress` tells about books: Greeks, scenario matrices, named scenarios, replays and tails. All underlyings move
 * together: the same jump, the same number of deviations, the same replayed return.
 * @throws StaleDataError when a live leg has no smile; InvalidInputError when the prices are too coarse for the horizon
 */
export function stressReport(books: readonly StressedBook[], { prices, ...settings }: StressSettings): StressReport {
  const { horizonSeconds, times } = settings;
  const grid = (spots: readonly number[], factor: (spot: number, vol: number) => number): ScenarioGrid => {
    const underlyings = books.map(({ book, vol }) => {
      const spotFactors = spots.map((spot) => factor(spot, vol));
      const pnl = scenarioMatrix(book, { spotFactors, volMultipliers: VOL_MULTIPLIERS, seconds: times });
      return { underlying: book.underlying, pnl };
    });
    const total = sumMatrices(underlyings.map((each) => each.pnl));
    return { spots, volMultipliers: VOL_MULTIPLIERS, seconds: times, underlyings, total };
  };
  const replays = prices === undefined ? [] : replayAll(books, prices, settings);
  const outcomes = stress(books, [
    ...standardScenarios(horizonSeconds),
    ...replays.map((each) => replayScenario(troubleName(each.name, TROUBLE), each, TROUBLE)),
  ]);
  return {
    settings,
    greeks: portfolioGreeks(books.map(({ book }) => book)),
    jumps: grid(JUMP_FACTORS, (spot) => spot),
    deviations: grid(DEVIATIONS, (count, vol) => deviationFactor(count, vol, horizonSeconds)),
    outcomes,
    worst: outcomes.reduce((worst, each) => (each.total < worst.total ? each : worst)),
    replays,
    ...tails(books, settings, prices),
  };
}

function replayAll(books: readonly StressedBook[], prices: PriceSeries, settings: Omit<StressSettings, "prices">) {
  const { horizonSeconds, replayFrom } = settings;
  const day = (window: PriceWindow) => new Date((prices.times[window.start] as number) * 1000).toISOString().slice(0, 16);
  const named = (kind: string, window: PriceWindow) => ({
    name: `${kind} ${day(window).replace("T", " ")}`,
    ...replay(books, prices, window, TROUBLE.volMultiplier),
  });
  const dated = replayFrom.flatMap((time) => windowFrom(prices, time, horizonSeconds) ?? []);
  return [
    ...dated.map((window) => named("replay", window)),
    ...worstWindows(prices, horizonSeconds, FALLS, "fall").map((window) => named("worst fall", window)),
    ...worstWindows(prices, horizonSeconds, RISES, "rise").map((window) => named("worst rise", window)),
  ];
}

function tails(
  books: readonly StressedBook[],
  { horizonSeconds, confidence }: Omit<StressSettings, "prices">,
  prices: PriceSeries | undefined,
): Pick<StressReport, "tails" | "noHistory"> {
  const rootYears = Math.sqrt(horizonSeconds / YEAR_SECONDS);
  const { underlyings } = portfolioGreeks(books.map(({ book }) => book));
  const deviation = Math.abs(books.reduce((all, { vol }, i) => all + (underlyings[i]?.cashDelta ?? 0) * vol * rootYears, 0));
  const quantiles = Array.from({ length: QUANTILES }, (_, i) => inverseNormalCdf((i + 0.5) / QUANTILES));
  const revalued = (method: string, observations: number, factorsOf: (vol: number) => readonly number[]): TailEstimate => {
    const parts = books.map(({ book, vol }) =>
      shockPnls(
        book,
        factorsOf(vol).map((spotFactor): Shock => ({ spotFactor, volMultiplier: 1, seconds: horizonSeconds })),
      ),
    );
    const pnl = (parts[0] ?? new Float64Array()).map((_, i) => parts.reduce((all, part) => all + (part[i] as number), 0));
    return { method, observations, isRevalued: true, ...historicalTailRisk(pnl, confidence) };
  };
  const lognormal = (vol: number) =>
    quantiles.map((z) => deviationFactor(z, vol, horizonSeconds) * Math.exp(-0.5 * (vol * rootYears) ** 2));
  const estimates = [
    { method: "normal, delta alone", observations: 0, isRevalued: false, ...normalTailRisk(0, deviation, confidence) },
    revalued("normal, revalued", 0, lognormal),
  ];
  if (prices === undefined) return { tails: estimates };
  const returns = stepReturns(prices, horizonSeconds);
  if (returns.length < FEWEST_RETURNS) {
    const horizon = `${Number((horizonSeconds / 3600).toPrecision(4))} h`;
    const noHistory = `No historical estimate: the price file holds ${returns.length} whole moves of ${horizon} and it takes ${FEWEST_RETURNS}; give a longer or more regular file, or another horizon.`;
    return { tails: estimates, noHistory };
  }
  // A decay is per day: over another horizon the same memory in time.
  const decay = DAILY_DECAY ** (horizonSeconds / 86_400);
  const factors = Array.from(returns, Math.exp);
  const filtered = Array.from(filteredReturns(returns, { kind: "ewma", decay }), Math.exp);
  return {
    tails: [
      ...estimates,
      revalued("historical, revalued", factors.length, () => factors),
      revalued("filtered historical (EWMA), revalued", filtered.length, () => filtered),
    ],
  };
}
