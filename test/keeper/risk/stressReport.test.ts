import { describe, expect, it } from "vitest";
import { stressTable } from "../../../keeper/cli/stressTable.ts";
import { inverseNormalCdf, normalCdf } from "../../../keeper/pricing/normal.ts";
import { numberText } from "../../../keeper/report/numberText.ts";
import { stressPage } from "../../../keeper/report/stressPage.ts";
import { checkRiskBudget } from "../../../keeper/risk/checkRiskBudget.ts";
import { DEVIATIONS, JUMP_FACTORS } from "../../../keeper/risk/scenarioMatrix.ts";
import { stressReport } from "../../../keeper/risk/stressReport.ts";
import { createRandom } from "../../../keeper/simulation/random.ts";
import { DAY, flatBook, now } from "./sampleBook.ts";

const costs = { fixed: 5, proportional: 1.5, impact: 0.02 };
const settings = { horizonSeconds: DAY, confidence: 0.975, times: [0, DAY], replayFrom: [1_600_000_000 + 30 * DAY] };
const straddle = {
  book: flatBook(
    [
      { type: "call", strike: 3000, expiry: now + 30 * DAY, size: -10 },
      { type: "put", strike: 3000, expiry: now + 30 * DAY, size: -10 },
    ],
    { holdings: 1 },
  ),
  costs,
  vol: 0.8,
};
const held = { book: { ...flatBook([], { holdings: 2 }), underlying: "HELD" }, costs, vol: 0.6 };

const random = createRandom(17, "report");
let price = 2000;
const times = Float64Array.from({ length: 100 * 24 }, (_, i) => 1_600_000_000 + i * 3600);
const prices = { times, prices: Float64Array.from(times, () => (price *= Math.exp(0.008 * random.normal()))) };

describe("stressReport", () => {
  it("draws every cell of the total from the underlyings' own moves", () => {
    const { jumps, deviations } = stressReport([straddle, held], settings);
    const at = JUMP_FACTORS.indexOf(0.6);
    const own = jumps.underlyings[1]?.pnl[0]?.[2]?.[at];
    expect(own).toBeCloseTo(-0.4 * 6000, 9);
    expect(jumps.total[0]?.[2]?.[at]).toBeCloseTo((jumps.underlyings[0]?.pnl[0]?.[2]?.[at] as number) + (own as number), 9);
    const sevenDown = deviations.underlyings[1]?.pnl[0]?.[2]?.[DEVIATIONS.indexOf(-7)];
    expect(sevenDown).toBeCloseTo(6000 * (Math.exp(-7 * 0.6 * Math.sqrt(1 / 365)) - 1), 9);
  });

  it("has the shortfall of a lognormal holding in closed form", () => {
    const { tails } = stressReport([held], settings);
    const deviation = 0.6 * Math.sqrt(1 / 365);
    const closed = 6000 * (1 - normalCdf(inverseNormalCdf(0.025) - deviation) / 0.025);
    const revalued = tails.find(({ method }) => method === "normal, revalued");
    expect(Math.abs((revalued?.expectedShortfall as number) / closed - 1)).toBeLessThan(2e-3);
    expect(tails[0]?.expectedShortfall).toBeCloseTo(6000 * deviation * 2.337803, 2);
  });

  it("tells that delta alone hides the gamma of a short straddle", () => {
    const [delta, revalued] = stressReport([straddle], settings).tails;
    expect(revalued?.expectedShortfall).toBeGreaterThan(2 * (delta?.expectedShortfall as number));
  });

  it("replays, names and ranks what the price file holds", () => {
    const { replays, outcomes, worst, tails } = stressReport([straddle], { ...settings, prices });
    expect(replays.map(({ name }) => name.split(" 2020")[0])).toEqual([
      "replay",
      "worst fall",
      "worst fall",
      "worst fall",
      "worst rise",
    ]);
    for (const replayed of replays) {
      const outcome = outcomes.find(({ scenario }) => scenario.name === `${replayed.name}, vol ×2, gas ×10, depth ÷10`);
      expect(outcome?.revaluation).toBeCloseTo(replayed.worst, 7);
      expect(outcome?.scenario).toMatchObject({ gasMultiplier: 10, depthDivisor: 10 });
    }
    expect(worst.total).toBe(Math.min(...outcomes.map(({ total }) => total)));
    expect(tails.map(({ observations }) => observations)).toEqual([0, 0, 99, 99]);
  });

  it("says why a price file gives no historical tails, in the report, as text and on the page", () => {
    const short = { times: times.slice(0, 20 * 24), prices: prices.prices.slice(0, 20 * 24) };
    const report = stressReport([straddle], { ...settings, prices: short });
    expect(report.tails).toHaveLength(2);
    const why = "No historical estimate: the price file holds 19 whole moves of 24 h and it takes 40";
    expect(report.noHistory).toContain(why);
    expect(stressTable(report, [])).toContain(why);
    expect(stressPage(report, []).sections.find(({ heading }) => heading === "Tails")?.note).toContain(why);
    expect(stressReport([straddle], { ...settings, prices }).noHistory).toBeUndefined();
  });

  it("has historical tails over a time that is no multiple of the file's step", () => {
    const { tails } = stressReport([straddle], { ...settings, prices, horizonSeconds: 5400 });
    expect(tails.map(({ observations }) => observations)).toEqual([0, 0, 1599, 1599]);
  });

  it("holds the budget against the worst scenario and the gravest revalued tail", () => {
    const report = stressReport([straddle], { ...settings, prices });
    const found = -report.worst.total;
    const [loss, tail] = checkRiskBudget(report, { stressLoss: found - 1, expectedShortfall: 1e9 });
    expect(loss).toEqual({ limit: "stressLoss", allowed: found - 1, found, cause: report.worst.scenario.name });
    expect(tail?.found).toBe(Math.max(...report.tails.slice(1).map(({ expectedShortfall }) => expectedShortfall)));
    expect(checkRiskBudget(report, {})).toEqual([]);
  });

  it("does not charge a long straddle for losses of its delta that its gamma makes good, in the budget or on the page", () => {
    const legs = straddle.book.legs.map((leg) => ({ ...leg, size: 100 }));
    const report = stressReport([{ ...straddle, book: { ...straddle.book, legs, holdings: 0 } }], settings);
    const [delta, revalued] = report.tails;
    expect(delta?.expectedShortfall).toBeGreaterThan(1.5 * (revalued?.expectedShortfall as number));
    const [line] = checkRiskBudget(report, { expectedShortfall: 0 });
    expect(line).toMatchObject({ cause: "normal, revalued", found: revalued?.expectedShortfall });
    const figure = stressPage(report, []).figures?.find(({ label }) => label.startsWith("Expected shortfall"));
    expect(figure?.value).toBe(numberText(revalued?.expectedShortfall as number));
  });
});
