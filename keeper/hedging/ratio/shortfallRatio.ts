import { historicalTailRisk } from "../../risk/tailRisk.ts";
import { ols } from "./ols.ts";
import { constantPath, type RatioModel } from "./ratioModel.ts";

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The ratio whose hedged position s − h·f has the least historical expected shortfall. Shortfall is convex in h (Rockafellar and Uryasev 2000), so a
 * golden-section search finds it; the bracket around the minimum-variance ratio is widened until the least lies inside.
 * @param confidence  0.975 = mean of the worst 2.5 %
 * @throws InvalidInputError as `moments` and `historicalTailRisk`
 */
export function shortfallRatio(spot: Float64Array, future: Float64Array, confidence: number): RatioModel {
  const { beta } = ols(spot, future);
  const shortfall = (h: number) =>
    historicalTailRisk(
      spot.map((s, t) => s - h * (future[t] as number)),
      confidence,
    ).expectedShortfall;
  let reach = Math.max(1, Math.abs(beta));
  const middle = shortfall(beta);
  while (reach < 1e6 && Math.min(shortfall(beta - reach), shortfall(beta + reach)) < middle) reach *= 2;
  let [low, high] = [beta - reach, beta + reach];
  while (high - low > 1e-7 * Math.max(1, Math.abs(beta))) {
    const inner = GOLDEN * (high - low);
    if (shortfall(high - inner) <= shortfall(low + inner)) high = low + inner;
    else low = high - inner;
  }
  const ratio = (low + high) / 2;
  const tail = Math.floor(spot.length * (1 - confidence));
  return {
    method: "shortfall",
    standardError: undefined,
    parameters: { confidence, expectedShortfall: shortfall(ratio), unhedgedShortfall: shortfall(0) },
    warnings: tail < 5 ? [`only ${tail} moves lie beyond the ${100 * confidence} % tail`] : [],
    path: constantPath(ratio),
  };
}
