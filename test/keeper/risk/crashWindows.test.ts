import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { stepReturns, windowFrom, worstWindows } from "../../../keeper/risk/crashWindows.ts";
import { replay, replayScenario } from "../../../keeper/risk/replay.ts";
import { stress } from "../../../keeper/risk/stress.ts";
import { createRandom } from "../../../keeper/simulation/random.ts";
import { DAY, flatBook, now } from "./sampleBook.ts";

const HOUR = 3600;
/** Hourly prices that stand still but for a crash of 40 % over six hours, a smaller one, and a jump up. */
const times = Float64Array.from({ length: 500 }, (_, i) => 1_600_000_000 + i * HOUR);
const level = (i: number) =>
  Math.exp(-0.5 * Math.min(Math.max((i - 100) / 6, 0), 1)) * (i >= 250 ? 0.8 : 1) * (i >= 400 ? 1.5 : 1);
const series = { times, prices: Float64Array.from(times, (_, i) => 1000 * level(i)) };

describe("worstWindows", () => {
  it("finds the crashes in order of depth, and the rise", () => {
    const [first, second] = worstWindows(series, 6 * HOUR, 2, "fall");
    expect([first?.start, first?.end]).toEqual([100, 106]);
    expect(first?.logReturn).toBeCloseTo(-0.5, 12);
    expect(second?.logReturn).toBeCloseTo(Math.log(0.8), 12);
    expect(worstWindows(series, 6 * HOUR, 1, "rise")[0]?.logReturn).toBeCloseTo(Math.log(1.5), 12);
  });

  it("is never beaten by any other window, nor overlaps itself, on a random walk", () => {
    const random = createRandom(5, "windows");
    let price = 1;
    const walk = { times, prices: Float64Array.from(times, () => (price *= Math.exp(0.01 * random.normal()))) };
    const found = worstWindows(walk, 24 * HOUR, 4, "fall");
    expect(found).toHaveLength(4);
    for (let i = 0; i + 24 < times.length; i++) {
      const logReturn = Math.log((walk.prices[i + 24] as number) / (walk.prices[i] as number));
      expect(logReturn).toBeGreaterThanOrEqual((found[0]?.logReturn as number) - 1e-12);
    }
    const sorted = [...found].sort((a, b) => a.start - b.start);
    sorted.slice(1).forEach((window, i) => {
      expect(window.start).toBeGreaterThanOrEqual(sorted[i]?.end as number);
    });
  });

  it("does not take a gap in the series for a fast fall", () => {
    const gap = { times: [0, HOUR, 100 * HOUR, 101 * HOUR], prices: [100, 99, 50, 49.9] };
    const [worst] = worstWindows(gap, 24 * HOUR, 1, "fall");
    expect([worst?.start, worst?.end]).toEqual([0, 1]);
    expect(() => worstWindows(gap, HOUR / 2, 1, "fall")).toThrow(InvalidInputError);
  });
});

describe("windowFrom", () => {
  it("begins at the first price from a moment on, or nowhere outside the series", () => {
    expect(windowFrom(series, (times[50] as number) - 10, 6 * HOUR)).toMatchObject({ start: 50, end: 56 });
    expect(windowFrom(series, (times[0] as number) - 10, HOUR)).toBeUndefined();
    expect(windowFrom(series, (times[499] as number) + 10, HOUR)).toBeUndefined();
  });
});

describe("stepReturns", () => {
  it("leaves out steps with a missing end", () => {
    const returns = stepReturns({ times: [0, 1, 2, 4, 5, 6], prices: [1, 2, 3, 4, 5, 6] }, 2);
    expect(Array.from(returns)).toEqual([Math.log(3), Math.log(4 / 3), Math.log(6 / 4)]);
  });
});

describe("stepReturns of times that do not fit the step", () => {
  const HOURS = 2000;
  /** Price e^(hours/100): the return of a stretch tells its length. */
  const at = (time: readonly number[]) => ({ times: time, prices: time.map((each) => Math.exp(each / HOUR / 100)) });
  const hourly = Array.from({ length: HOURS }, (_, i) => i * HOUR);

  it("takes the price nearest to each end where the step is no multiple of the file's", () => {
    const returns = stepReturns(at(hourly), 1.5 * HOUR);
    expect(returns).toHaveLength(Math.floor((HOURS - 1) / 1.5));
    for (const each of returns) expect([0.01, 0.02]).toContainEqual(Number(each.toFixed(9)));
    expect(returns.reduce((sum, each) => sum + each, 0) / returns.length).toBeCloseTo(0.015, 4);
  });

  it("takes prices that are a little early or late, also where the step is the file's own", () => {
    const random = createRandom(3, "late");
    const late = hourly.map((time) => time + 300 * random.uniform());
    for (const hours of [1, 24]) {
      const returns = stepReturns(at(late), hours * HOUR);
      expect(returns.length).toBeGreaterThanOrEqual(Math.floor(HOURS / hours) - 2);
      for (const each of returns) expect(Math.abs(100 * each - hours)).toBeLessThan(300 / HOUR);
    }
  });

  it("makes no move across a gap", () => {
    const gap = hourly.filter((_, i) => i <= 100 || i >= 117);
    for (const hours of [1, 1.5, 24])
      for (const each of stepReturns(at(gap), hours * HOUR)) expect(Math.abs(100 * each - hours)).toBeLessThan(1);
  });
});

describe("replay", () => {
  const books = [
    {
      book: flatBook([{ type: "put", strike: 2800, expiry: now + 10 * DAY, size: -5 }], { holdings: -1 }),
      costs: { fixed: 5, proportional: 1, impact: 0.01 },
      vol: 0.8,
    },
  ];

  it("starts at zero and moves holdings by the file's relative moves", () => {
    const held = [{ book: flatBook([], { holdings: 2 }), costs: { fixed: 0, proportional: 0, impact: 0 }, vol: 0.8 }];
    const { pnl, worst, worstIndex } = replay(held, series, { start: 98, end: 110, logReturn: 0 });
    expect(pnl[0]).toBe(0);
    expect(worst).toBeCloseTo(6000 * (Math.exp(-0.5) - 1), 8);
    expect(worstIndex).toBe(8);
  });

  it("loses as a scenario of its worst moment what it lost on the way, and then pays the hedge", () => {
    const [window] = worstWindows(series, 6 * HOUR, 1, "fall");
    if (window === undefined) expect.unreachable();
    const replayed = replay(books, series, window, 2);
    const scenario = replayScenario("crash", replayed, { volMultiplier: 2, gasMultiplier: 10, depthDivisor: 10 });
    const [outcome] = stress(books, [scenario]);
    expect(outcome?.revaluation).toBeCloseTo(replayed.worst, 7);
    expect(outcome?.total).toBeLessThan(replayed.worst);
  });
});
