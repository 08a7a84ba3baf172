import { type BlackScholesParameters, blackScholes } from "./blackScholes.ts";
import { heston } from "./heston.ts";
import type { HestonModel } from "./hestonExponent.ts";
import { type MinimumVarianceCoefficients, minimumVarianceDelta } from "./minimumVarianceDelta.ts";

/** What the vol of an option is taken to do when spot moves. */
export type DeltaModel =
  /** It stays: the Black-Scholes delta at the option's own vol. */
  | { readonly kind: "sticky-strike" }
  /** The smile moves with spot, vol = σ(K/S). */
  | {
      readonly kind: "sticky-moneyness";
      /** ∂vol/∂strike of today's smile. */
      readonly slope: (strike: number, years: number) => number;
    }
  /** It moves as it did in the sample of the fit (Hull and White 2017). */
  | ({ readonly kind: "minimum-variance" } & MinimumVarianceCoefficients)
  /** Spot moves alone, variance stays: Heston's ∂price/∂spot. */
  | { readonly kind: "heston"; readonly model: HestonModel }
  /** Variance moves with spot as its correlation has it: the delta of least variance under Heston. */
  | { readonly kind: "heston-minimum-variance"; readonly model: HestonModel };

/**
 * Units of the underlying that hedge one option, under one belief about how vol follows spot.
 * @param option  with its implied vol (the Heston deltas take the model's instead)
 * @throws InvalidInputError as blackScholes or heston
 */
export function hedgeDelta(belief: DeltaModel, option: BlackScholesParameters): number {
  switch (belief.kind) {
    case "sticky-strike":
      return blackScholes(option).delta;
    case "sticky-moneyness": {
      const { delta, vega } = blackScholes(option);
      const { spot, strike, years } = option;
      // dσ/dS at a fixed strike when vol = σ(K/S): −(K/S)·∂σ/∂K.
      return delta - vega * (strike / spot) * belief.slope(strike, years);
    }
    case "minimum-variance": {
      const { delta, vega } = blackScholes(option);
      return option.years > 0 ? minimumVarianceDelta(belief, { ...option, delta, vega }) : delta;
    }
    case "heston":
      return heston({ ...option, ...belief.model }).delta;
    case "heston-minimum-variance": {
      const { sigma, rho } = belief.model;
      const { delta, varianceVega } = heston({ ...option, ...belief.model });
      // Cov(dv, dS)/Var(dS) = ρσ/S: what a move of spot says about variance.
      return delta + (rho * sigma * varianceVega) / option.spot;
    }
  }
}
