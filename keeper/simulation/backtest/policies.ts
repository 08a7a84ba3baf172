import type { HedgeCosts } from "../../hedging/noTradeRegion.ts";
import { planHedge } from "../../hedging/planHedge.ts";
import { regionRequest } from "../../hedging/regionRequest.ts";
import { answerFrom, type SolvedRegion, serves, solveRequest } from "../../hedging/solvedRegion.ts";
import { type OptionLeg, YEAR_SECONDS } from "../../risk/book.ts";
import type { BookGreeks } from "../../risk/bookGreeks.ts";

/** What a policy sees at one row. */
export type PolicyView = {
  readonly row: number;
  readonly time: number;
  readonly spot: number;
  readonly greeks: BookGreeks;
  /** The options written. */
  readonly legs: readonly OptionLeg[];
  /** Units held or on their way. */
  readonly held: number;
  /** Quote earned since the first cycle began, costs taken off. */
  readonly earned: number;
  /** Options in the book without regard to sign, whole options. */
  readonly optionUnits: number;
  /** Forecast of realised vol, annualised. */
  readonly vol: number;
  readonly costs: HedgeCosts;
  readonly riskAversion: number;
  /** Seconds to the next row. */
  readonly stepSeconds: number;
};

/** The keeper's problem of what is seen. */
export function hedgeProblem({ spot, greeks, vol, costs, riskAversion, stepSeconds }: PolicyView) {
  return { underlying: "", spot, greeks, vol, riskAversion, costs, checkEvery: stepSeconds / YEAR_SECONDS };
}

/** Decides the units to trade, positive = buy. A fresh one is made for every path. */
export type Policy = { readonly name: string; trade(view: PolicyView): number };
export type PolicyMaker = { readonly name: string; readonly create: () => Policy };

const stateless = (name: string, trade: (view: PolicyView) => number): PolicyMaker => ({ name, create: () => ({ name, trade }) });

/** The keeper's own decision, by the closed form. */
export const closedForm = stateless("closed-form", (view) => planHedge(hedgeProblem(view)).trade);

/** The keeper's own decision by the optimal region: solved when book, vol, costs or risk aversion have moved as far as live, looked up at every row. */
export const optimal: PolicyMaker = {
  name: "optimal",
  create() {
    let solved: SolvedRegion | undefined;
    return {
      name: "optimal",
      trade(view) {
        const problem = hedgeProblem(view);
        const request = regionRequest(
          { underlying: "", spot: view.spot, now: view.time, legs: view.legs, smiles: new Map(), holdings: 0, targetDelta: 0 },
          problem,
        );
        if (request === undefined) return planHedge(problem).trade;
        if (solved === undefined || !serves(solved, request)) solved = solveRequest(request);
        const answer = answerFrom(solved, request);
        return planHedge("region" in answer ? { ...problem, optimal: answer.region } : problem).trade;
      },
    };
  },
};

/** Whalley and Wilmott (1997): the band of proportional costs alone, traded to its edge; gas is paid but not thought of. */
export const whalleyWilmott = stateless("whalley-wilmott", ({ greeks, costs, riskAversion }) => {
  const band = Math.cbrt((3 * costs.proportional * greeks.gamma ** 2) / (2 * riskAversion));
  const beyond = Math.abs(greeks.hedgeError) - band;
  return beyond > 0 ? -Math.sign(greeks.hedgeError) * beyond : 0;
});

/** A band of a fixed share of the options' whole size, traded back to neutral. */
export function fixedBand(share: number): PolicyMaker {
  return stateless(`band-${Math.round(100 * share)}`, ({ greeks, optionUnits }) =>
    Math.abs(greeks.hedgeError) > share * optionUnits ? -greeks.hedgeError : 0,
  );
}

/** Neutral again every so many seconds. */
export function everySeconds(name: string, seconds: number): PolicyMaker {
  return {
    name,
    create() {
      let last = Number.NEGATIVE_INFINITY;
      return {
        name,
        trade({ time, greeks }) {
          if (time - last < seconds) return 0;
          last = time;
          return -greeks.hedgeError;
        },
      };
    },
  };
}

/** By the names they are asked for. */
export const POLICIES: Readonly<Record<string, PolicyMaker>> = Object.fromEntries(
  [
    closedForm,
    optimal,
    whalleyWilmott,
    fixedBand(0.05),
    fixedBand(0.1),
    fixedBand(0.2),
    everySeconds("hourly", 3600),
    everySeconds("daily", 86_400),
  ].map((policy) => [policy.name, policy]),
);

export const unhedged = stateless("unhedged", () => 0);
