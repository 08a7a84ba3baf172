import { cubicAt, HOLDINGS, type Impact, impactOf } from "./lossLayer.ts";

/** Where one side of the region lies, in places of the window counted from its inner end; `widen` asks for a wider window instead. */
export type TradeSide = { target: number; trigger: number; loss: number; widen: "outer" | "inner" | undefined };

export type TradeTerms = {
  /** Quote per trade. */
  readonly fixed: number;
  /** Proportional cost, quote per place of the window. */
  readonly slope: number;
  /** In places too. */
  readonly impact: Impact;
};

const NO_IMPACT: Impact = { perSquare: 0, reach: 0 };
const relative = new Float64Array(HOLDINGS);
/** Impact couples target and trigger; so many rounds settle them. */
const ROUNDS = 8;
/** Share of the fixed cost to which the trigger's level is met. */
const LEVEL = 1e-6;
const DIRECTIONS = [1, -1] as const;

/**
 * The best target on one side and the nearest holding from which trading to it pays: target minimises kept − slope·place + impact of the trade,
 * trigger is where that plus the fixed cost falls below what keeping costs. Both lie between grid points, by interpolation.
 * @param kept  `HOLDINGS` losses of keeping, from `offset`
 * @param outward  1 = the upper side, −1 = the lower side, places counted from the upper end
 */
export function bestTrade(kept: Float64Array, offset: number, outward: 1 | -1, terms: TradeTerms, found: TradeSide): void {
  const last = HOLDINGS - 1;
  for (let j = 0; j <= last; j += 1) relative[j] = (kept[offset + (outward === 1 ? j : last - j)] as number) - terms.slope * j;
  found.widen = undefined;
  found.target = lowest();
  placeTarget(NO_IMPACT, last, found);
  if (found.widen !== undefined) return;
  if (terms.fixed === 0) {
    found.trigger = found.target;
    return;
  }
  found.trigger = last;
  placeTrigger(terms, found);
  if (terms.impact.perSquare === 0) return;
  // The first target ignores impact and lies too far in, its trigger too far out: only where the last one still lies outside is the window too small.
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = found.trigger;
    found.widen = undefined;
    placeTarget(terms.impact, found.trigger, found);
    if (found.widen !== undefined) return;
    placeTrigger(terms, found);
    if (Math.abs(found.trigger - before) < 1e-3) break;
  }
}

/** Place of the least loss where no trade has impact. */
function lowest(): number {
  let best = 0;
  for (let j = 1; j < HOLDINGS; j += 1) if ((relative[j] as number) < (relative[best] as number)) best = j;
  return best;
}

/** The minimum downhill of the target before, no further out than the trigger: losses bend one way. */
function placeTarget({ perSquare, reach }: Impact, trigger: number, found: TradeSide): void {
  const last = HOLDINGS - 1;
  const end = Math.ceil(trigger);
  const at = (j: number) => (relative[j] as number) + impactOf(Math.abs(trigger - j), perSquare, reach);
  let best = Math.min(Math.max(Math.round(found.target), 0), end);
  let least = at(best);
  for (const step of DIRECTIONS) {
    for (let next = best + step; next >= 0 && next <= end; next += step) {
      const value = at(next);
      if (!(value < least)) break;
      best = next;
      least = value;
    }
  }
  if (best === 0 || best === last) {
    found.target = found.trigger = best;
    found.loss = relative[best] as number;
    found.widen = best === 0 ? "inner" : "outer";
    return;
  }
  const left = at(best - 1);
  const right = at(best + 1);
  const bend = left - 2 * least + right;
  found.target = bend > 0 ? best + (0.5 * (left - right)) / bend : best;
  found.loss = cubicAt(relative, 0, found.target);
}

/** First crossing of the level outward of the target, on the cubic, by Newton's method kept between grid points. */
function placeTrigger({ fixed, impact }: TradeTerms, found: TradeSide): void {
  const { target, loss } = found;
  const { perSquare, reach } = impact;
  const level = loss + fixed;
  let j = Math.floor(target) + 1;
  while (j < HOLDINGS && (relative[j] as number) - level < impactOf(j - target, perSquare, reach)) j += 1;
  if (j === HOLDINGS) {
    found.trigger = HOLDINGS - 1;
    found.widen = "outer";
    return;
  }
  // The cubic of `cubicAt` between j − 1 and j, by powers of the place less q.
  const q = Math.min(Math.max(j - 1, 1), HOLDINGS - 3);
  const before = relative[q - 1] as number;
  const here = relative[q] as number;
  const next = relative[q + 1] as number;
  const far = relative[q + 2] as number;
  const first = next - here / 2 - before / 3 - far / 6;
  const second = (before + next) / 2 - here;
  const third = (far - before) / 6 + (here - next) / 2;
  const tolerance = LEVEL * fixed;
  let low = Math.max(target, j - 1);
  let high = j;
  let place = Math.min(Math.max(found.trigger, low), high);
  for (let i = 0; i < 8; i += 1) {
    const f = place - q;
    const away = place - target;
    const excess = here + f * (first + f * (second + f * third)) - level - impactOf(away, perSquare, reach);
    if (excess < tolerance && excess > -tolerance) break;
    if (excess > 0) high = place;
    else low = place;
    const slope = first + f * (2 * second + 3 * f * third) - 2 * perSquare * Math.min(away, reach);
    place -= excess / slope;
    if (!(place > low && place < high)) place = (low + high) / 2;
  }
  found.trigger = place;
}
