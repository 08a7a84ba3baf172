import { describe, expect, it } from "vitest";
import { smileCurves } from "../../../keeper/room/smileCurves.ts";
import { weth } from "./roomState.ts";

const DAY = 86_400;
const slice = { a: 0.16, b: 0.1, rho: -0.4, m: 0, sigma: 0.1 };

describe("smileCurves", () => {
  it("draws live smiles around spot on strikes they share", () => {
    const smiles = [7, 30].map((days) => ({ slice, carry: 0, expiry: days * DAY, postedAt: 0, tradableFrom: 0 }));
    const { strikes, smiles: curves } = smileCurves(weth({ smiles }), 0);
    expect(strikes[Math.floor(strikes.length / 2)]).toBeCloseTo(3_000, 8);
    expect(curves.map(({ vols }) => vols.length)).toEqual([strikes.length, strikes.length]);
    // v(0) = a + b·σ for m = 0.
    expect(curves[0]?.atTheMoney).toBeCloseTo(Math.sqrt(0.17), 12);
    expect(curves[0]?.vols[Math.floor(strikes.length / 2)]).toBeCloseTo(Math.sqrt(0.17), 12);
    const [low, high] = [curves[0]?.vols[0] ?? 0, curves[0]?.vols.at(-1) ?? 0];
    expect(low).toBeGreaterThan(high);
  });

  it("moves the smile's middle to the forward", () => {
    const smiles = [{ slice: { ...slice, rho: 0 }, carry: 0.5, expiry: 365 * DAY, postedAt: 0, tradableFrom: 0 }];
    const { strikes, smiles: curves } = smileCurves(weth({ smiles }), 0);
    const vols = (curves[0]?.vols ?? []).map((vol) => vol ?? Number.NaN);
    const lowest = strikes[vols.indexOf(Math.min(...vols))] ?? 0;
    expect(Math.abs(Math.log(lowest / 3_000) - 0.5)).toBeLessThan(0.05);
  });

  it("has the strikes of the options, and marks each on its own expiry's smile", () => {
    const smiles = [7, 30].map((days) => ({ slice, carry: 0, expiry: days * DAY, postedAt: 0, tradableFrom: 0 }));
    const legs = [{ type: "put", strike: 2_925, expiry: 30 * DAY, size: -1 }] as const;
    const { strikes, smiles: curves } = smileCurves(weth({ smiles, legs }), 0);
    expect(strikes).toEqual([...strikes].sort((a, b) => a - b));
    const marked = curves.map(({ held }) => strikes.filter((_, index) => (held[index] ?? null) !== null));
    expect(marked).toEqual([[], [2_925]]);
  });

  it("leaves out what has expired", () => {
    const smiles = [{ slice, carry: 0, expiry: DAY, postedAt: 0, tradableFrom: 0 }];
    expect(smileCurves(weth({ smiles }), DAY).smiles).toEqual([]);
  });
});
