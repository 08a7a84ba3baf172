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
  /** Covariance rate per year of the delta, gamma and vega that clients' orders bring, when the desk sells. */
  readonly orders?: Matrix;
};

/** How the book's errors in delta, gamma and vega wander (A), and what carrying one unit of each costs a year (C). */
export type GreekDynamics = { readonly diffusion: Matrix; readonly risk: Matrix };

/** Distance of the two prices between which Greeks are differenced, share of spot. */
const BUMP = 1e-3;

/**
 * A from the book's own second and third derivatives, spot and vol moving together; C from the variance of what delta, gamma and vega earn.
 * Gamma costs what keeping its delta in the no-trade region costs (half the loss rate of `stationaryBand` at today's gamma as a quadratic, so
 * that a partial purchase is not overpaid), and ½(dS² − σ²S²dt) between two looks.
 * @throws StaleDataError when a live leg has no smile
 * @see docs/hedging.md#gamma-and-vega
 */
export function greekDynamics({ book, moves, riskAversion, costs, checkEvery, orders }: GreekDynamicsParameters): GreekDynamics {
  const { vol, volDeviation, correlation } = moves;
  const step = BUMP * book.spot;
  const [down, here, up] = [-step, 0, step].map((shift) => sensitivities(book, book.spot + shift)) as [Second, Second, Second];
  const slope = (pick: (each: Second) => number) => (pick(up) - pick(down)) / (2 * step);
  const bySpot = [here.gamma, slope((each) => each.gamma), slope((each) => each.vega)];
  const byVol = [here.vanna, slope((each) => each.vanna), here.volga];
  const spotMove = vol * book.spot;
  const shared = correlation * spotMove * volDeviation;
  const diffusion = bySpot.map((a, i) =>
    bySpot.map((b, j) => {
      const [u, v] = [byVol[i] as number, byVol[j] as number];
      return spotMove ** 2 * a * b + volDeviation ** 2 * u * v + shared * (a * v + b * u) + (orders?.[i]?.[j] ?? 0);
    }),
  );
  const years = horizon(book);
  const band = stationaryBand({ spot: book.spot, vol, gamma: here.gamma, years, riskAversion, costs });
  const upkeep = here.gamma === 0 ? 0 : band.lossRate / here.gamma ** 2;
  const risk = [
    [riskAversion * spotMove ** 2, 0, riskAversion * shared],
    [0, (riskAversion * spotMove ** 4 * checkEvery) / 2 + upkeep, 0],
    [riskAversion * shared, 0, riskAversion * volDeviation ** 2],
  ];
  return { diffusion, risk };
}

/** Years to the last live expiry; 0 without one. */
export function horizon({ legs, now }: Pick<Book, "legs" | "now">): number {
  return Math.max(0, ...legs.map((leg: OptionLeg) => (leg.expiry - now) / YEAR_SECONDS));
}

type Second = { gamma: number; vega: number; vanna: number; volga: number };

function sensitivities(book: Book, spot: number): Second {
  const sum = { gamma: 0, vega: 0, vanna: 0, volga: 0 };
  for (const leg of book.legs) {
    const { gamma, vega, vanna, volga } = legGreeks(leg, spot, book.now, book.smiles.get(leg.expiry));
    sum.gamma += leg.size * gamma;
    sum.vega += leg.size * vega;
    sum.vanna += leg.size * vanna;
    sum.volga += leg.size * volga;
  }
  return sum;
}
