import { InvalidInputError } from "../errors.ts";

/** One option position of the book, by the time it has left. */
export type RegionPosition = {
  readonly type: "call" | "put";
  /** Quote per unit. */
  readonly strike: number;
  /** Years to expiry. */
  readonly years: number;
  /** Whole options, shorts negative. */
  readonly size: number;
};

/** What trading and holding the underlying costs while its price moves. */
export type RegionCosts = {
  /** Fraction of the value traded (pool fee). */
  readonly proportional: number;
  /** Quote per trade (gas). */
  readonly fixed: number;
  /** Quote per squared unit traded (pool price impact). */
  readonly impact?: number;
  /** Quote per unit and year (borrow or funding minus supply) of what is held beyond the ideal holding, whose own carry the forward prices; it moves with spot. */
  readonly carry?: number;
};

/** The whole book of one underlying and what hedging it costs; rates are zero, spot a geometric Brownian motion. */
export type RegionProblem = {
  readonly spot: number;
  /** Annualised, of spot's own moves. */
  readonly vol: number;
  readonly positions: readonly RegionPosition[];
  /** Absolute, 1 / quote. */
  readonly riskAversion: number;
  readonly costs: RegionCosts;
  /** Years between two looks; absent = as often as the solution's own steps. */
  readonly checkEvery?: number | undefined;
};

/** @throws InvalidInputError naming the field that has no meaning */
export function assertRegionProblem({ spot, vol, positions, riskAversion, costs, checkEvery = 0 }: RegionProblem): void {
  if (positions.length === 0) throw new InvalidInputError("a region needs at least one position");
  const positive = { spot, vol, riskAversion };
  const notNegative = {
    checkEvery,
    "proportional cost": costs.proportional,
    "fixed cost": costs.fixed,
    impact: costs.impact ?? 0,
  };
  for (const [name, value] of Object.entries(positive)) {
    if (!(value > 0 && value < Infinity)) throw new InvalidInputError(`${name} must be above 0, got ${value}`, { name, value });
  }
  for (const [name, value] of Object.entries(notNegative)) {
    if (!(value >= 0 && value < Infinity))
      throw new InvalidInputError(`${name} must not be negative, got ${value}`, { name, value });
  }
  if (!(costs.proportional < 1)) throw new InvalidInputError(`proportional cost is a fraction, got ${costs.proportional}`);
  if (!Number.isFinite(costs.carry ?? 0)) throw new InvalidInputError(`carry must be finite, got ${costs.carry}`);
  positions.forEach(({ strike, years, size }, index) => {
    for (const [name, value] of Object.entries({ strike, years })) {
      if (!(value > 0 && value < Infinity))
        throw new InvalidInputError(`${name} of position ${index} must be above 0, got ${value}`, { index, value });
    }
    if (!Number.isFinite(size)) throw new InvalidInputError(`size of position ${index} must be finite, got ${size}`, { index });
  });
}
