import { InvalidInputError } from "../errors.ts";
import { fitSvi, type SviBound, type SviConstraints } from "./fitSvi.ts";
import type { SmileQuote } from "./smileQuote.ts";
import { ssviButterflyBounds, ssviSlice } from "./ssvi.ts";
import { SVI_LIMITS, type SviSlice, sviMinimumVariance, sviSlope, sviTotalVariance, sviVariance, sviVol } from "./svi.ts";
import { butterfly, wingSlopes } from "./sviButterfly.ts";
import { calendar, type DatedSlice } from "./sviCalendar.ts";

/** A repaired slice keeps g(k) at least this high at every strike, so that rounding it for the chain cannot make it arbitrageable. */
export const BUTTERFLY_MARGIN = 1e-3;
/** A repaired slice keeps its total variance at least this far above the expiry before it, at every strike. */
export const CALENDAR_MARGIN = 1e-7;
/** …and both its wings steeper in total variance by this factor, so that they stay apart however far out. */
const WING_MARGIN = 1 + 1e-6;

export type RepairSviParameters = {
  slice: SviSlice;
  years: number;
  /** What the slice was fitted to; the slice itself around the money when absent. */
  quotes?: readonly SmileQuote[] | undefined;
  /** The expiry before, already free of arbitrage, above which the slice must stay. */
  near?: DatedSlice | undefined;
  /** The expiry after, below which a repair stays as firmly as `strength` says: a wish, the quotes come first. */
  far?: (DatedSlice & { readonly strength: number }) | undefined;
};

/** Whether a slice keeps every margin: enough variance, no butterfly, and none of the calendar kind against `near`. */
export function isArbitrageFree({ slice, years, near }: Omit<RepairSviParameters, "quotes" | "far">): boolean {
  if (!(sviMinimumVariance(slice) >= SVI_LIMITS.lowestVariance) || butterfly(slice, years).minimum < BUTTERFLY_MARGIN)
    return false;
  if (near === undefined) return true;
  const below = wingSlopes(near.slice, near.years);
  const above = wingSlopes(slice, years);
  if (above.left < below.left * WING_MARGIN || above.right < below.right * WING_MARGIN) return false;
  return calendar(near, { slice, years }).minimum >= CALENDAR_MARGIN;
}

/**
 * The slice itself when it is free of arbitrage; otherwise one near it that is, for certain. First the fit is repeated with
 * breaches penalised, at more strikes each time; if a breach remains the best attempt is mixed with a slice known to be safe,
 * as little as bisection finds enough.
 * @throws InvalidInputError when `near` is itself arbitrageable, so that nothing can lie above it
 */
export function repairSvi(parameters: RepairSviParameters): SviSlice {
  const { slice, years, near } = parameters;
  const isSafe = (one: SviSlice) => isArbitrageFree({ slice: one, years, near });
  if (isSafe(slice)) return slice;
  const quotes = parameters.quotes ?? ownQuotes(slice, years);
  const unit = Math.sqrt(Math.max(sviVariance(slice, 0), sviMinimumVariance(slice), 1e-4) * years);
  const strikes = penaltyStrikes(unit);
  const safe = safeSlice(slice, years, near);
  let attempts = [slice, safe];
  for (let slack = 2; slack <= 16; slack *= 2) {
    const constraints = constraintsAt(strikes, slack, parameters);
    attempts = attempts.map((start) => fitSvi({ quotes, years, start, constraints }));
    const [best] = attempts.filter(isSafe).sort((x, y) => squaredError(x, quotes) - squaredError(y, quotes));
    if (best !== undefined) return best;
    for (const attempt of attempts) strikes.push(...breaches(attempt, years, near).filter((k) => Math.abs(k) < FARTHEST * unit));
  }
  return mixUntilSafe(attempts[0] as SviSlice, safe, isSafe);
}

function squaredError(slice: SviSlice, quotes: readonly SmileQuote[]): number {
  return quotes.reduce((sum, { k, vol, weight }) => sum + weight * (sviVol(slice, k) - vol) ** 2, 0);
}

/** Log-moneyness at which a slice breaks a rule, or comes nearest to it. */
function breaches(slice: SviSlice, years: number, near: DatedSlice | undefined): number[] {
  return [butterfly(slice, years).at, ...(near ? calendar(near, { slice, years }).crossings : [])];
}

/** Strikes at which a penalised fit is held, in multiples of vol·√years: dense at the money, out to where wings are straight. */
const FARTHEST = 40;
export function penaltyStrikes(unit: number): number[] {
  const reach = Math.asinh(FARTHEST);
  return Array.from({ length: 49 }, (_, i) => unit * Math.sinh(reach * (i / 24 - 1)));
}

function constraintsAt(strikes: readonly number[], slack: number, { years, near, far }: RepairSviParameters): SviConstraints {
  return {
    strikes,
    butterfly: slack * BUTTERFLY_MARGIN,
    above: near && boundAt(near, years, 1 + 1e-4 * slack, slack * CALENDAR_MARGIN, 10),
    below: far && boundAt(far, years, 1 - 1e-3, 0, far.strength),
  };
}

/** A slice of another expiry as a bound on annualised variance at `years`. */
export function boundAt(
  { slice, years: ownYears }: DatedSlice,
  years: number,
  factor: number,
  gap: number,
  strength: number,
): SviBound {
  const wings = wingSlopes(slice, ownYears);
  const scale = factor / years;
  return {
    variance: (k) => (sviTotalVariance(slice, k, ownYears) + gap) * scale,
    left: wings.left * scale,
    right: wings.right * scale,
    strength,
  };
}

/** Vols of the slice itself within three deviations of the money, the lowest ones lifted to be positive. */
function ownQuotes(slice: SviSlice, years: number): SmileQuote[] {
  const level = Math.max(sviVariance(slice, 0), 1e-4);
  const unit = Math.sqrt(level * years);
  return Array.from({ length: 61 }, (_, i) => {
    const k = unit * (i / 10 - 3);
    return { k, vol: Math.sqrt(Math.max(sviVariance(slice, k), 0.01 * level)), weight: 1 };
  });
}

/**
 * A slice that keeps every margin: the SSVI smile of the same variance and skew at the money, its curvature within the bounds of
 * Gatheral & Jacquier's theorem 4.2, where that lies above `near`; otherwise `near` itself lifted in parallel.
 */
function safeSlice(slice: SviSlice, years: number, near: DatedSlice | undefined): SviSlice {
  // At |ρ| = 0.9 the lowest variance of an SSVI smile is 0.19·θ.
  const theta = Math.max(sviTotalVariance(slice, 0, years), 6 * SVI_LIMITS.lowestVariance * years);
  const own = ssviLike(slice, theta, years);
  if (isArbitrageFree({ slice: own, years, near })) return own;
  if (near === undefined) return { ...own, a: theta / years, b: 0 };
  // Steeper by ten wing margins; a parallel lift makes any slice with wings below Lee's bound free of butterflies in the end.
  const b = (near.slice.b * near.years * (1 + 10 * (WING_MARGIN - 1))) / years;
  let lift = Math.max(theta - sviTotalVariance(near.slice, 0, near.years), 10 * CALENDAR_MARGIN);
  for (let doubling = 0; doubling < 60; doubling++, lift *= 2) {
    const lifted = { ...near.slice, b, a: (near.slice.a * near.years + lift) / years };
    if (isArbitrageFree({ slice: lifted, years, near })) return lifted;
  }
  throw new InvalidInputError("No slice lies above the expiry before: that one must itself be free of arbitrage", {
    near,
    years,
  });
}

/** Least φ: keeps m = −ρ/φ and σ = √(1−ρ²)/φ within the limits. */
const FLATTEST = 0.5;

/** The SSVI smile with this at-the-money variance, and its skew as far as the bounds allow: w(0) = θ, w'(0) = θρφ. */
function ssviLike(slice: SviSlice, theta: number, years: number): SviSlice {
  const skew = sviSlope(slice, 0) * years;
  const rho = Math.max(-0.9, Math.min(0.9, slice.rho));
  const wanted = Math.abs(rho) < 1e-3 ? (2 * slice.b * years) / theta : Math.abs(skew / (theta * rho));
  const bounds = ssviButterflyBounds({ rho, eta: 1, gamma: 0 }, theta);
  // γ = 0 makes φ = η/(1+θ), so both bounds scale with η: wing linearly, centre by its square.
  const largest = Math.min(3.9 / bounds.wing, Math.sqrt(3.9 / bounds.centre));
  const eta = Math.min(Math.max(wanted, FLATTEST) * (1 + theta), largest);
  return ssviSlice({ rho, eta, gamma: 0 }, theta, years);
}

/** The mixture of parameters nearest to `attempt`, towards `safe`, that bisection finds free of arbitrage. */
function mixUntilSafe(attempt: SviSlice, safe: SviSlice, isSafe: (slice: SviSlice) => boolean): SviSlice {
  let [unsafeShare, safeShare] = [0, 1];
  let best = safe;
  for (let i = 0; i < 30; i++) {
    const share = (unsafeShare + safeShare) / 2;
    const mixture = mix(attempt, safe, share);
    if (isSafe(mixture)) [best, safeShare] = [mixture, share];
    else unsafeShare = share;
  }
  return best;
}

function mix(from: SviSlice, to: SviSlice, share: number): SviSlice {
  const at = (name: keyof SviSlice) => from[name] + share * (to[name] - from[name]);
  return { a: at("a"), b: at("b"), rho: at("rho"), m: at("m"), sigma: at("sigma") };
}
