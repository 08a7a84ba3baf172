import type { BookGreeks } from "../risk/bookGreeks.ts";
import type { GuardRoom } from "./guardRoom.ts";
import { type HedgeCosts, type NoTradeRegion, noTradeRegion, tradeTo } from "./noTradeRegion.ts";

export type HedgeProblem = {
  readonly underlying: string;
  readonly spot: number;
  readonly greeks: BookGreeks;
  /** Name of the belief that is hedged, and delta − target under it, units; those of the Greeks, sticky-strike, when absent. */
  readonly belief?: string;
  readonly hedgeError?: number;
  /** Trades the guard would not refuse; all of them when absent. */
  readonly room?: GuardRoom;
  /** Forecast of realised vol, annualised. */
  readonly vol: number;
  readonly riskAversion: number;
  readonly costs: HedgeCosts;
  /** Years between two decisions. */
  readonly checkEvery: number;
  /** The optimal region of this book in hedge error, when solved; without it the closed form decides. */
  readonly optimal?: NoTradeRegion | undefined;
  /** Why the closed form decides in its place. */
  readonly closedFormBecause?: string | undefined;
  /** A trade to be made whatever it costs, units, and why; 0 or absent = none. The region may ask for more to the same side. */
  readonly cover?: { readonly trade: number; readonly because: string };
};

/** What to do about one underlying now, and why, in numbers and in one readable line. */
export type HedgePlan = {
  readonly underlying: string;
  readonly verdict: "hold" | "hedge";
  /** Under the belief. */
  readonly hedgeError: number;
  readonly belief: string;
  readonly region: NoTradeRegion;
  /** Units to trade, positive = buy; 0 when holding. */
  readonly trade: number;
  /** Expected cost of the trade, quote. */
  readonly cost: number;
  /** Risk removed, as certainty equivalent over the horizon of the book, quote. */
  readonly saves: number;
  readonly reason: string;
};

/** A hedge error outlives the options: it stays until the next ones are sold or somebody trades it away. */
const SHORTEST_HORIZON_YEARS = 1 / 365;

const EVERY_TRADE: GuardRoom = {
  lowest: Number.NEGATIVE_INFINITY,
  highest: Number.POSITIVE_INFINITY,
  because: "there is no guard",
};

/**
 * Decides one underlying: hold inside the no-trade region, else trade to its nearer target, as far as the guard admits. A trade cut short is
 * made only if the risk it removes is worth more than it costs, so that small ones do not follow each other along a limit.
 * @throws InvalidInputError when spot, vol, risk aversion or a cost is out of range
 */
export function planHedge(problem: HedgeProblem): HedgePlan {
  const { underlying, spot, greeks, vol, riskAversion, costs, checkEvery, room = EVERY_TRADE } = problem;
  const { belief = "sticky-strike", hedgeError = greeks.hedgeError } = problem;
  const years = Math.max(greeks.horizonYears, SHORTEST_HORIZON_YEARS);
  const region = problem.optimal ?? noTradeRegion({ spot, vol, gamma: greeks.gamma, years, riskAversion, costs, checkEvery });
  const centre = (region.targetLower + region.targetUpper) / 2;
  const savesOf = (trade: number) =>
    ((riskAversion * (vol * spot) ** 2 * years) / 2) * ((hedgeError - centre) ** 2 - (hedgeError + trade - centre) ** 2);
  const asked = tradeTo(region, hedgeError);
  const forced = problem.cover?.trade ?? 0;
  const covers = Math.abs(forced) > 0 && (asked * forced <= 0 || Math.abs(forced) > Math.abs(asked));
  const wanted = covers ? forced : asked;
  const admitted = Math.min(Math.max(wanted, room.lowest), room.highest);
  const trade = admitted === wanted || covers || savesOf(admitted) > costOf(costs, admitted) ? admitted : 0;
  const [cost, saves] = [costOf(costs, trade), savesOf(trade)];
  const bounds = `[${region.lower.toFixed(3)}, ${region.upper.toFixed(3)}]`;
  const error = `${belief} error ${hedgeError.toFixed(3)} ${asked === 0 ? "inside" : "outside"} ${bounds}`;
  const price = `costs ${cost.toFixed(2)} (gas ${costs.fixed.toFixed(2)}), removes risk worth ${saves.toFixed(2)}`;
  const guard = `the guard admits ${sided(admitted)} of ${sided(wanted)}: ${room.because}`;
  const why = covers ? `; ${problem.cover?.because}` : "";
  const note = problem.closedFormBecause === undefined ? why : `${why}; closed form: ${problem.closedFormBecause}`;
  const decision =
    wanted === 0
      ? `hold: ${error}; a trade would cost at least ${costs.fixed.toFixed(2)}`
      : trade === 0
        ? `hold: ${error}; ${guard}`
        : `${sided(trade)}: ${error}; ${price}${trade === wanted ? "" : `; ${guard}`}`;
  const reason = `${decision}${note}`;
  return { underlying, verdict: trade === 0 ? "hold" : "hedge", hedgeError, belief, region, trade, cost, saves, reason };
}

function costOf({ fixed, proportional, impact }: HedgeCosts, trade: number): number {
  const size = Math.abs(trade);
  return trade === 0 ? 0 : fixed + proportional * size + impact * size * size;
}

function sided(trade: number): string {
  return trade === 0 ? "nothing" : `${trade > 0 ? "buy" : "sell"} ${Math.abs(trade).toFixed(3)}`;
}
