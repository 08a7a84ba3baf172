import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../../keeper/errors.ts";
import { fitGas, forecastFee, type GasModel, usualLogFee } from "../../../../keeper/hedging/forecast/gasForecast.ts";
import { type WaitingProblem, whenToHedge } from "../../../../keeper/hedging/forecast/whenToHedge.ts";
import { createRandom, type Random } from "../../../../keeper/simulation/random.ts";

const YEAR = 365 * 86_400;
/** Twice as dear at 16:00 UTC as at 04:00. */
const profile = Array.from({ length: 24 }, (_, hour) => Math.log(10) + 0.35 * Math.cos(((hour - 16) / 12) * Math.PI));
const gas: GasModel = { profile, keptPerHour: 0.6, deviation: 0.5 };

/** Fees every `step` seconds from a start. */
function simulateFees(model: GasModel, random: Random, start: number, fee: number, step: number, count: number): number[] {
  const kept = model.keptPerHour ** (step / 3600);
  let away = Math.log(fee) - usualLogFee(model.profile, start);
  return Array.from({ length: count }, (_, i) => {
    if (i > 0) away = kept * away + model.deviation * Math.sqrt(1 - kept * kept) * random.normal();
    return Math.exp(usualLogFee(model.profile, start + i * step) + away);
  });
}

describe("fitGas", () => {
  it("recovers profile, persistence and deviation", () => {
    const step = 600;
    const fees = simulateFees(gas, createRandom(15, "gas"), 0, 10, step, 144 * 200);
    const found = fitGas(
      Float64Array.from(fees, (_, i) => i * step),
      fees,
    );
    expect(found.keptPerHour).toBeCloseTo(0.6, 1);
    expect(found.deviation).toBeCloseTo(0.5, 1);
    found.profile.forEach((x, hour) => {
      // Averages over an hour of a piecewise linear day.
      expect(Math.abs(x - (profile[hour] as number))).toBeLessThan(0.12);
    });
  });

  it("expects what simulation averages", () => {
    const random = createRandom(16, "gas ahead");
    const start = 86_400 * 3 + 7 * 3600;
    const [ahead, count] = [2 * 3600, 20_000];
    const fees = Array.from({ length: count }, () => simulateFees(gas, random, start, 30, ahead, 2)[1] as number);
    const mean = fees.reduce((sum, x) => sum + x, 0) / count;
    const error = Math.sqrt(fees.reduce((sum, x) => sum + (x - mean) ** 2, 0)) / count;
    expect(Math.abs(mean - forecastFee(gas, 30, start, ahead)) / error).toBeLessThan(3);
  });

  it("sees no time of day in two days of noise", () => {
    const flat: GasModel = { profile: new Array<number>(24).fill(Math.log(10)), keptPerHour: 0.6, deviation: 0.5 };
    const spreads = Array.from({ length: 40 }, (_, seed) => {
      const fees = simulateFees(flat, createRandom(seed, "flat gas"), 0, 10, 600, 288);
      const found = fitGas(
        Float64Array.from(fees, (__, i) => i * 600),
        fees,
      ).profile;
      return Math.max(...found) - Math.min(...found);
    });
    // The raw means of so few fees lie a factor of three apart.
    expect(spreads.reduce((sum, x) => sum + x, 0) / spreads.length).toBeLessThan(0.6);
  });

  it("refuses less than two days", () => {
    expect(() => fitGas([0, 3600, 7200], [1, 1, 1])).toThrow(InvalidInputError);
  });
});

const problem: WaitingProblem = {
  gas,
  fee: 40,
  now: 86_400 * 3 + 16 * 3600,
  quotePerFee: 1.2,
  impact: { now: 2, usual: 2, halfLifeSeconds: 1800 },
  riskRate: 0.2 * 24 * 365,
  riskGrowth: 0,
  patience: 6 * 3600,
  every: 300,
};

describe("whenToHedge", () => {
  it("waits out a spike of gas, but not when the risk is dearer than the gas", () => {
    expect(whenToHedge(problem).verdict).toBe("wait");
    const urgent = whenToHedge({ ...problem, riskRate: 100 * 24 * 365 });
    expect(urgent.verdict).toBe("now");
    expect(urgent.saves).toBe(0);
  });

  it("hedges at once where gas never moves or is already cheap", () => {
    const still: GasModel = { profile: new Array<number>(24).fill(Math.log(10)), keptPerHour: 0.5, deviation: 0 };
    expect(whenToHedge({ ...problem, gas: still, fee: 10 }).verdict).toBe("now");
    expect(whenToHedge({ ...problem, fee: 2 }).verdict).toBe("now");
  });

  it("waits for liquidity to come back", () => {
    const cheap = { ...problem, fee: 2 };
    expect(whenToHedge({ ...cheap, impact: { now: 60, usual: 2, halfLifeSeconds: 900 } }).verdict).toBe("wait");
  });

  it("is dearer to make wait the larger and the faster growing the risk", () => {
    const threshold = (changes: Partial<WaitingProblem>) => whenToHedge({ ...problem, ...changes }).threshold;
    expect(threshold({ riskRate: 1 * 24 * 365 })).toBeGreaterThan(threshold({}));
    expect(threshold({ riskGrowth: 2 * (24 * 365) ** 2 })).toBeGreaterThan(threshold({}));
  });

  it("costs less than hedging at once and less than any fixed wait", () => {
    const random = createRandom(17, "waiting");
    const every = 900;
    const looks = problem.patience / every;
    const totals = { rule: 0, fixed: new Float64Array(looks + 1) };
    const count = 300;
    let squares = 0;
    for (let path = 0; path < count; path++) {
      const fees = simulateFees(gas, random, problem.now, problem.fee, every, looks + 1);
      const cost = (look: number) => problem.quotePerFee * (fees[look] as number) + 2 + (problem.riskRate * look * every) / YEAR;
      for (let look = 0; look <= looks; look++) totals.fixed[look] = (totals.fixed[look] as number) + cost(look) / count;
      let look = 0;
      for (; look < looks; look++) {
        const now = problem.now + look * every;
        const patience = problem.patience - look * every;
        if (whenToHedge({ ...problem, every, now, fee: fees[look] as number, patience }).verdict === "now") break;
      }
      const spent = cost(Math.min(look, looks));
      totals.rule += spent / count;
      squares += spent ** 2 / count;
    }
    const error = Math.sqrt((squares - totals.rule ** 2) / count);
    expect(totals.rule + 3 * error).toBeLessThan(Math.min(...totals.fixed));
  });

  it("refuses a negative risk rate and names it", () => {
    expect(() => whenToHedge({ ...problem, riskRate: -1 })).toThrow("riskRate must not be negative, got -1");
  });
});
