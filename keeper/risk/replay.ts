import type { PriceSeries, PriceWindow } from "./crashWindows.ts";
import { type Shock, shockPnls } from "./revalue.ts";
import type { Scenario, StressedBook } from "./stress.ts";

/** What a stretch of real prices would do to books nobody trades meanwhile. */
export type Replay = {
  /** Unix seconds of every price, the first being the state the books are in. */
  readonly times: Float64Array;
  /** Price over the first one. */
  readonly spotFactors: Float64Array;
  /** Profit of all books at each of them, quote. */
  readonly pnl: Float64Array;
  /** Lowest profit on the way, and where. */
  readonly worst: number;
  readonly worstIndex: number;
};

/**
 * Replays the relative moves of a price window on every underlying at once, with full revaluation and passing time at each price.
 * @param volMultiplier  on every smile for the whole stretch; a price file does not say what implied vol did
 */
export function replay(
  books: readonly StressedBook[],
  { times, prices }: PriceSeries,
  { start, end }: PriceWindow,
  volMultiplier = 1,
): Replay {
  const at = Array.from({ length: end - start + 1 }, (_, i) => start + i);
  const elapsed = at.map((i) => (times[i] as number) - (times[start] as number));
  const factors = at.map((i) => (prices[i] as number) / (prices[start] as number));
  const shocks = at.map(
    (_, i): Shock => ({
      spotFactor: factors[i] as number,
      volMultiplier: i === 0 ? 1 : volMultiplier,
      seconds: elapsed[i] as number,
    }),
  );
  const parts = books.map(({ book }) => shockPnls(book, shocks));
  const pnl = Float64Array.from(at, (_, i) => parts.reduce((all, part) => all + (part[i] as number), 0));
  const worstIndex = pnl.indexOf(Math.min(...pnl));
  return {
    times: Float64Array.from(at, (i) => times[i] as number),
    spotFactors: Float64Array.from(factors),
    pnl,
    worst: pnl[worstIndex] as number,
    worstIndex,
  };
}

/** The worst moment of a replay as a scenario, to be met together with drained venues. */
export function replayScenario(name: string, replayed: Replay, trouble: Omit<Scenario, "name" | "spot" | "seconds">): Scenario {
  const { times, spotFactors, worstIndex } = replayed;
  return {
    name,
    spot: { kind: "jump", move: (spotFactors[worstIndex] as number) - 1 },
    seconds: (times[worstIndex] as number) - (times[0] as number),
    ...trouble,
  };
}
