import type { Book } from "./book.ts";
import { bookGreeks } from "./bookGreeks.ts";
import { deviationFactor } from "./deviationFactor.ts";
import { shockPnls } from "./revalue.ts";
import { shockBook } from "./shockBook.ts";
import { shockCosts, type TradingCosts, tradingCost } from "./tradingCost.ts";

/** One underlying with what it takes to trade it. */
export type StressedBook = {
  readonly book: Book;
  readonly costs: TradingCosts;
  /** Annualised vol that measures a standard deviation of spot. */
  readonly vol: number;
};

/** A relative jump (−0.3 = −30 %), or standard deviations over Δt. */
export type SpotMove =
  | { readonly kind: "jump"; readonly move: number }
  | { readonly kind: "deviations"; readonly count: number; readonly seconds: number };

/** What happens to every underlying and every venue at once. */
export type Scenario = {
  readonly name: string;
  readonly spot: SpotMove;
  readonly volMultiplier: number;
  /** Time passed, seconds. */
  readonly seconds: number;
  readonly gasMultiplier: number;
  readonly depthDivisor: number;
};

type UnderlyingOutcome = {
  readonly underlying: string;
  readonly spot: number;
  /** Profit of options and holdings by full revaluation, quote. */
  readonly revaluation: number;
  /** Delta less target after the move, units. */
  readonly hedgeError: number;
  /** Trading that hedge error away at the scenario's costs, quote. */
  readonly hedgeCost: number;
  /** Trading every unit held into quote at the scenario's costs, quote; not part of the total. */
  readonly unwindCost: number;
};

export type StressOutcome = {
  readonly scenario: Scenario;
  readonly underlyings: readonly UnderlyingOutcome[];
  readonly revaluation: number;
  readonly hedgeCost: number;
  /** revaluation − hedgeCost */
  readonly total: number;
};

/**
 * Every scenario on every underlying together: full revaluation, and what the hedge then costs.
 * @throws InvalidInputError when a scenario takes spot or vol to zero or below; StaleDataError when a live leg has no smile
 */
export function stress(books: readonly StressedBook[], scenarios: readonly Scenario[]): StressOutcome[] {
  return scenarios.map((scenario) => {
    const underlyings = books.map((stressed) => outcome(stressed, scenario));
    const revaluation = underlyings.reduce((all, each) => all + each.revaluation, 0);
    const hedgeCost = underlyings.reduce((all, each) => all + each.hedgeCost, 0);
    return { scenario, underlyings, revaluation, hedgeCost, total: revaluation - hedgeCost };
  });
}

function outcome({ book, costs, vol }: StressedBook, scenario: Scenario): UnderlyingOutcome {
  const { spot, volMultiplier, seconds } = scenario;
  const spotFactor = spot.kind === "jump" ? 1 + spot.move : deviationFactor(spot.count, vol, spot.seconds);
  const shock = { spotFactor, volMultiplier, seconds };
  const [revaluation = 0] = shockPnls(book, [shock]);
  const after = shockBook(book, shock);
  const { hedgeError } = bookGreeks(after);
  const then = shockCosts(costs, { ...scenario, spotFactor });
  return {
    underlying: book.underlying,
    spot: after.spot,
    revaluation,
    hedgeError,
    hedgeCost: tradingCost(hedgeError, then),
    unwindCost: tradingCost(book.holdings, then),
  };
}
