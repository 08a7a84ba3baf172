import { describe, expect, it } from "vitest";
import { planBundle } from "../../../../keeper/hedging/greeks/planBundle.ts";
import { stationaryBand } from "../../../../keeper/hedging/noTradeRegion.ts";
import { bookGreeks, legGreeks } from "../../../../keeper/risk/bookGreeks.ts";
import { flatBook, now } from "../../risk/sampleBook.ts";
import { book, expiry, hedged, offer, situation, straddles } from "./shortStraddles.ts";
import { straddleWeek, type WeekSettings } from "./straddleWeek.ts";

describe("planBundle", () => {
  it("buys options against a short gamma that is dear to carry, rehedges their delta in the same transaction and says why", () => {
    const plan = planBundle(situation);
    expect(plan.verdict).toBe("hedge");
    expect(plan.optionTrades.length).toBeGreaterThan(0);
    expect(Math.abs(plan.after.gamma)).toBeLessThan(Math.abs(plan.before.gamma) / 2);
    expect(Math.abs(plan.after.vega)).toBeLessThan(Math.abs(plan.before.vega) / 2);
    expect(plan.saves).toBeGreaterThan(plan.cost);
    expect(plan.reason).toContain("gamma");
    expect(plan.reason).toContain(`costs ${plan.cost.toFixed(2)}`);
    const { delta } = plan.optionTrades.reduce(
      (sum, { offer: { option }, size }) => ({
        delta: sum.delta + size * legGreeks({ ...option, size: 1 }, 3000, now, book.smiles.get(expiry)).delta,
      }),
      { delta: plan.before.delta + plan.spotTrade },
    );
    expect(delta).toBeCloseTo(plan.after.delta, 6);
  });

  it("does nothing again once that bundle is done", () => {
    const plan = planBundle(situation);
    const added = plan.optionTrades.map(({ offer: { option }, size }) => ({ ...option, size }));
    const next = flatBook([...straddles, ...added], { holdings: hedged + plan.spotTrade });
    expect(planBundle({ ...situation, book: next }).verdict).toBe("hold");
  });

  it("waits when spreads eat what the options would save, and says how much is missing", () => {
    const plan = planBundle({ ...situation, offers: [offer("call", 3000, 0.6)] });
    expect(plan.verdict).toBe("hold");
    expect(plan.spotTrade).toBe(0);
    expect(plan.reason).toMatch(/^hold/);
  });

  it("waits when gas eats it", () => {
    const plan = planBundle({ ...situation, costs: { ...situation.costs, fixed: 1e6 } });
    expect(plan.verdict).toBe("hold");
    expect(plan.reason).toContain("better than waiting");
  });

  it("never takes more than is quoted or than the cash pays for", () => {
    const small = planBundle({ ...situation, offers: [offer("call", 3000, 0.01, 7)] });
    expect(small.optionTrades).toEqual([{ offer: expect.anything(), size: expect.closeTo(7, 6) }]);
    const poor = planBundle({ ...situation, cash: 500 });
    const premium = poor.optionTrades.reduce((sum, { offer: { ask }, size }) => sum + Math.max(0, size) * (ask?.price ?? 0), 0);
    expect(premium).toBeLessThanOrEqual(500 + 1e-3);
  });

  it("without offers hedges delta at the trigger and to the target of the no-trade region", () => {
    const costs = { fixed: 10, proportional: 1.5, impact: 0, carry: 0 };
    const plain = { ...situation, offers: [], costs, checkEvery: 0, moves: { vol: 0.8, volDeviation: 0, correlation: 0 } };
    const { gamma, horizonYears } = bookGreeks(book);
    const band = stationaryBand({ spot: 3000, vol: 0.8, gamma, years: horizonYears, riskAversion: 2e-4, costs });
    const at = (error: number) => planBundle({ ...plain, book: { ...book, holdings: hedged + error } });
    expect(at(band.trigger * 0.97).verdict).toBe("hold");
    const beyond = at(band.trigger * 1.03);
    expect(beyond.verdict).toBe("hedge");
    // The life of the book ends what the stationary rule carries for ever: a percent or two apart.
    expect(beyond.after.delta / band.target).toBeGreaterThan(0.9);
    expect(beyond.after.delta / band.target).toBeLessThan(1.1);
  });

  it("ignores offers without size and expired ones", () => {
    const { ask: _ask, bid: _bid, ...empty } = offer("call", 3000, 0.01);
    const stale = { ...offer("call", 3000, 0.01), option: { type: "call", strike: 3000, expiry: now } as const };
    expect(planBundle({ ...situation, offers: [empty, stale] })).toEqual(planBundle({ ...situation, offers: [] }));
  });

  // Hedging gamma at today's spot alone buys cheap options far from the money and ends with several times the risk of spot alone.
  it.each([
    { riskAversion: 1e-3, spread: 0.03, gas: 10 },
    { riskAversion: 1e-3, spread: 0.01, gas: 100 },
  ])("through a week of a short straddle is worth more than hedging with spot alone: $spread spread, $gas gas", (settings) => {
    const { spread: _, ...spotOnly } = settings;
    const score = (week: WeekSettings) => {
      const results = Array.from({ length: 30 }, (__, seed) => straddleWeek(week, seed));
      const mean = results.reduce((sum, x) => sum + x, 0) / results.length;
      return mean - (settings.riskAversion / 2) * (results.reduce((sum, x) => sum + (x - mean) ** 2, 0) / results.length);
    };
    const [alone, together] = [score(spotOnly), score(settings)];
    expect(alone).toBeLessThan(0);
    expect(together / alone).toBeLessThan(0.6);
  });
});
