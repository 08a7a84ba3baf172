import { InvalidInputError } from "../errors.ts";

/** A no-trade region in hedge error (units of the underlying): nothing is done between lower and upper; outside, one trades to the nearer target. */
export type NoTradeRegion = {
  readonly lower: number;
  readonly targetLower: number;
  readonly targetUpper: number;
  readonly upper: number;
};

export type NoTradeRegionParameters = {
  /** Price of the underlying in quote. */
  readonly spot: number;
  /** Forecast of realised vol, annualised. */
  readonly vol: number;
  /** Book gamma, units of underlying per unit of price. */
  readonly gamma: number;
  /** Time to the last expiry of the book, years. */
  readonly years: number;
  /** Absolute risk aversion, 1 / quote. */
  readonly riskAversion: number;
  readonly costs: HedgeCosts;
  /** Years between two decisions; 0 = watched continuously. */
  readonly checkEvery?: number;
};

/** What one trade of q units costs: fixed + proportional·|q| + impact·q², all in quote; carry accrues on the hedge. */
export type HedgeCosts = {
  /** Quote per transaction (gas). */
  readonly fixed: number;
  /** Quote per unit of underlying traded (spot × fee). */
  readonly proportional: number;
  /** Quote per squared unit traded (pool price impact). */
  readonly impact: number;
  /** What one unit of hedge held for a year costs, quote (borrow or funding minus supply). */
  readonly carry: number;
};

/** Trigger and target distance from the ideal holding, and the loss rate they leave. */
export type StationaryBand = { readonly trigger: number; readonly target: number; readonly lossRate: number };

/**
 * The stationary impulse-control band: trigger b and target t with b·t·(b+t) = 3kΓ²/λ and (b−t)³(b+t) = 12cΓ²/λ, where impact Λ
 * makes k → k + 2Λd and c → c − Λd², d = b − t. Limits: Whalley-Wilmott (1997) without fixed cost, (12cΓ²/λ)^¼ without proportional cost.
 * The loss rate (quote per year) counts remaining risk and costs.
 * @see docs/hedging.md#closed-form
 */
export function stationaryBand({ spot, vol, gamma, riskAversion, costs }: NoTradeRegionParameters): StationaryBand {
  const { fixed, proportional, impact } = costs;
  const scale = (gamma * gamma) / riskAversion;
  const diffusion = (gamma * spot * vol) ** 2;
  const risk = riskAversion * (vol * spot) ** 2;
  if (scale === 0) return { trigger: 0, target: 0, lossRate: 0 };

  const depth = fixed === 0 ? 0 : solveDepth(scale, costs);
  // s = b + t from s(s² − d²) = 4A, which is well conditioned where the other equation cancels; convex, so Newton falls from above.
  const product = 3 * scale * (proportional + 2 * impact * depth);
  let sum = depth + Math.cbrt(4 * product);
  for (let i = 0; i < 60; i += 1) {
    const next = sum - (sum * (sum * sum - depth * depth) - 4 * product) / (3 * sum * sum - depth * depth);
    if (!(next < sum)) break;
    sum = next;
  }
  const target = sum === 0 ? 0 : (2 * product) / (sum * (sum + depth));
  const trigger = target + depth;
  const riskLoss = (risk * (trigger * trigger + target * target)) / 12;
  const costLoss =
    depth === 0
      ? (diffusion * proportional) / (2 * trigger)
      : (diffusion * (fixed + proportional * depth + impact * depth * depth)) / (trigger * trigger - target * target);
  return { trigger, target, lossRate: riskLoss + (trigger === 0 ? 0 : costLoss) };
}

/** Root in d = b − t of s(s² − d²) = 4A(d), s = B(d)/d³: the left side falls and the right side rises in d, so bisection is safe. */
function solveDepth(scale: number, { fixed, proportional, impact }: HedgeCosts): number {
  const sumAt = (d: number) => (12 * scale * (fixed - impact * d * d)) / d ** 3;
  const excess = (d: number) => {
    const s = sumAt(d);
    return s * (s * s - d * d) - 12 * scale * (proportional + 2 * impact * d);
  };
  // At the upper end t = 0: d⁴ = 12·scale·(fixed − impact·d²), a quadratic in d².
  const half = 6 * scale * impact;
  let high = Math.sqrt((12 * scale * fixed) / (half + Math.sqrt(half * half + 12 * scale * fixed)));
  let low = high;
  while (excess(low) < 0) low /= 2;
  for (let i = 0; i < 100 && high - low > 1e-15 * high; i += 1) {
    const middle = (low + high) / 2;
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The no-trade region Keel acts on when no numerical solution is at hand: the stationary band, floored where gamma or time runs out
 * (with R = λσ²S²τ: b₀ − t₀ = d = √(2c/(R + 2Λ)), t₀ = (k + 2Λd)/R), its trigger drawn in by ½|Γ|Sσ√dt because one only checks every dt, around the centre
 * −carry/(λσ²S²).
 * @throws InvalidInputError when a cost is negative, or spot, vol or risk aversion is not positive
 * @see docs/hedging.md#closed-form
 */
export function noTradeRegion(parameters: NoTradeRegionParameters): NoTradeRegion {
  const { spot, vol, gamma, years, riskAversion, costs, checkEvery = 0 } = parameters;
  validate(parameters);
  const risk = riskAversion * (vol * spot) ** 2;
  const horizon = Math.max(years, checkEvery, 1 / (365 * 86_400));
  const band = stationaryBand(parameters);
  const floorDepth = Math.sqrt((2 * costs.fixed) / (risk * horizon + 2 * costs.impact));
  const floorTarget = (costs.proportional + 2 * costs.impact * floorDepth) / (risk * horizon);
  const floorTrigger = floorTarget + floorDepth;
  const step = (Math.abs(gamma) * spot * vol * Math.sqrt(checkEvery)) / 2;
  const target = Math.max(costs.fixed === 0 ? band.target - step : band.target, floorTarget);
  const trigger = Math.max(band.trigger - step, floorTrigger, target);
  const centre = -costs.carry / risk;
  return { lower: centre - trigger, targetLower: centre - target, targetUpper: centre + target, upper: centre + trigger };
}

/** The trade (units of the underlying, positive = buy) that the region asks for at this hedge error; 0 inside it. */
export function tradeTo(region: NoTradeRegion, hedgeError: number): number {
  if (hedgeError > region.upper) return region.targetUpper - hedgeError;
  if (hedgeError < region.lower) return region.targetLower - hedgeError;
  return 0;
}

function validate({ spot, vol, gamma, riskAversion, costs }: NoTradeRegionParameters): void {
  const positive = { spot, vol, riskAversion };
  for (const [name, value] of Object.entries(positive)) {
    if (!(value > 0 && Number.isFinite(value)))
      throw new InvalidInputError(`${name} must be a positive number, got ${value}`, { name, value });
  }
  const nonNegative = { fixed: costs.fixed, proportional: costs.proportional, impact: costs.impact };
  for (const [name, value] of Object.entries(nonNegative)) {
    if (!(value >= 0 && Number.isFinite(value)))
      throw new InvalidInputError(`${name} cost must not be negative, got ${value}`, { name, value });
  }
  if (!Number.isFinite(gamma) || !Number.isFinite(costs.carry))
    throw new InvalidInputError("gamma and carry must be finite", { gamma, carry: costs.carry });
}
