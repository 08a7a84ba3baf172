import { type Book, type OptionLeg, YEAR_SECONDS } from "../../risk/book.ts";
import { legGreeks } from "../../risk/bookGreeks.ts";
import { type HedgeCosts, stationaryBand } from "../noTradeRegion.ts";
import type { Matrix } from "../symmetricEigen.ts";

/** How the market is expected to move. */
export type MarketMoves = {
  /** Forecast of realised vol, annualised. */
  readonly vol: number;
  /** Standard deviation of an option's implied vol at a fixed strike, vol points (1.00 = 100 %) per √year. */
  readonly volDeviation: number;
  /** Correlation of that move with spot's. */
  readonly correlation: number;
};

export type GreekDynamicsParameters = {
  readonly book: Book;
  readonly moves: MarketMoves;
  /** Absolute risk aversion, 1 / quote. */
  readonly riskAversion: number;
  /** What trading the underlying costs. */
  readonly costs: HedgeCosts;
  /** Years between two decisions. */
  readonly checkEvery: number;
};

/**
 * The errors of a book: delta less target, vega, gamma here and now, and gamma where spot may stand later. How they wander (A), and what carrying
 * one unit of each costs a year (C).
 */
export type GreekDynamics = {
  readonly errors: readonly number[];
  readonly diffusion: Matrix;
  readonly risk: Matrix;
  /** What one option adds to each error. */
  exposure(option: Pick<OptionLeg, "type" | "strike" | "expiry">): readonly number[];
};

/** Index of an error in `GreekDynamics`; gammas elsewhere follow. */
export const ERROR = { delta: 0, vega: 1, gamma: 2 } as const;

/** A point of the gamma profile: spot multiplied, time passed, and its share of what is to come. */
type Node = { readonly spotFactor: number; readonly seconds: number; readonly weight: number };

/** Distance of the two prices between which Greeks are differenced, share of spot. */
const BUMP = 1e-3;

/**
 * A from the book's own derivatives, spot and vol moving together (gamma elsewhere with spot only); C from the variance of what the errors earn. An option bought stays: its gamma must fit
 * the book's not only today but where spot will be, so half of gamma's weight lies on today and half, by Gauss-Hermite, on spot halfway to the
 * first expiry. Gamma costs what keeping its delta in the no-trade region costs (half the loss rate of `stationaryBand` at that gamma as a
 * quadratic, so that a partial purchase is not overpaid), and ½(dS² − σ²S²dt) between two looks.
 * @throws StaleDataError when a live leg has no smile
 * @see docs/hedging.md#gamma-and-vega
 */
export function greekDynamics({ book, moves, riskAversion, costs, checkEvery }: GreekDynamicsParameters): GreekDynamics {
  const { vol, volDeviation, correlation } = moves;
  const nodes = nodesOf(book, vol);
  const step = BUMP * book.spot;
  const sum = (values: (leg: Pick<OptionLeg, "type" | "strike" | "expiry">) => readonly number[]) =>
    book.legs.reduce<readonly number[]>(
      (total, leg) => values(leg).map((x, i) => (total[i] ?? 0) + leg.size * x),
      values({ type: "call", strike: book.spot, expiry: 0 }).map(() => 0),
    );
  const exposureAt = (spot: number) => (option: Pick<OptionLeg, "type" | "strike" | "expiry">) =>
    greeksOf(book, spot, option, nodes);
  const [down, here, up] = [-step, 0, step].map((shift) => sum(exposureAt(book.spot + shift)));
  const [vannaDown, second, vannaUp] = [-step, 0, step].map((shift) => sum((leg) => vannaVolga(book, book.spot + shift, leg)));
  const errors = (here as readonly number[]).map((x, i) => (i === ERROR.delta ? x + book.holdings - book.targetDelta : x));
  const bySpot = errors.map((_, i) => ((up?.[i] ?? 0) - (down?.[i] ?? 0)) / (2 * step));
  const [vanna = 0, volga = 0] = second ?? [];
  const byVol = errors.map((_, i) => {
    if (i === ERROR.delta) return vanna;
    if (i === ERROR.vega) return volga;
    return i === ERROR.gamma ? ((vannaUp?.[0] ?? 0) - (vannaDown?.[0] ?? 0)) / (2 * step) : 0;
  });
  const spotMove = vol * book.spot;
  const shared = correlation * spotMove * volDeviation;
  const diffusion = bySpot.map((a, i) =>
    bySpot.map((b, j) => {
      const [u, v] = [byVol[i] as number, byVol[j] as number];
      return spotMove ** 2 * a * b + volDeviation ** 2 * u * v + shared * (a * v + b * u);
    }),
  );
  const risk = errors.map((_, i) => errors.map((__, j) => (i === j ? 0 : i + j === 1 ? riskAversion * shared : 0)));
  const set = (i: number, value: number) => {
    (risk[i] as number[])[i] = value;
  };
  set(ERROR.delta, riskAversion * spotMove ** 2);
  set(ERROR.vega, riskAversion * volDeviation ** 2);
  nodes.forEach(({ weight, spotFactor }, n) => {
    const gamma = errors[ERROR.gamma + n] as number;
    const spot = book.spot * spotFactor;
    const years = horizon(book);
    const { lossRate } = stationaryBand({ spot, vol, gamma, years, riskAversion, costs });
    const noise = (riskAversion * (vol * spot) ** 4 * checkEvery) / 2;
    set(ERROR.gamma + n, weight * (noise + (gamma === 0 ? 0 : lossRate / gamma ** 2)));
  });
  return { errors, diffusion, risk, exposure: exposureAt(book.spot) };
}

/** Years to the last live expiry; 0 without one. */
export function horizon({ legs, now }: Pick<Book, "legs" | "now">): number {
  return Math.max(0, ...legs.map((leg) => (leg.expiry - now) / YEAR_SECONDS));
}

function nodesOf({ legs, now }: Book, vol: number): readonly Node[] {
  const live = legs.map(({ expiry }) => expiry - now).filter((left) => left > 0);
  const seconds = live.length === 0 ? 0 : Math.min(...live) / 2;
  const reach = vol * Math.sqrt((3 * seconds) / YEAR_SECONDS);
  const today: Node = { spotFactor: 1, seconds: 0, weight: 1 / 2 };
  const later = [
    [0, 1 / 3],
    [-reach, 1 / 12],
    [reach, 1 / 12],
  ].map(([shift = 0, weight = 0]): Node => ({ spotFactor: Math.exp(shift), seconds, weight }));
  return live.length === 0 ? [{ ...today, weight: 1 }] : [today, ...later];
}

function greeksOf(
  book: Book,
  spot: number,
  option: Pick<OptionLeg, "type" | "strike" | "expiry">,
  nodes: readonly Node[],
): readonly number[] {
  const smile = book.smiles.get(option.expiry);
  const leg = { ...option, size: 1 };
  const { delta, vega } = legGreeks(leg, spot, book.now, smile);
  const gammas = nodes.map(({ spotFactor, seconds }) => legGreeks(leg, spot * spotFactor, book.now + seconds, smile).gamma);
  return [delta, vega, ...gammas];
}

function vannaVolga(book: Book, spot: number, option: Pick<OptionLeg, "type" | "strike" | "expiry">): readonly number[] {
  const { vanna, volga } = legGreeks({ ...option, size: 1 }, spot, book.now, book.smiles.get(option.expiry));
  return [vanna, volga];
}
