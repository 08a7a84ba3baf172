import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { ssviSlice } from "../../../keeper/pricing/ssvi.ts";
import { surfaceTotalVariance, surfaceVol } from "../../../keeper/pricing/surface.ts";
import { sviVol } from "../../../keeper/pricing/svi.ts";
import { cryptoLike } from "./syntheticSmile.ts";

const surface = cryptoLike.expiries.map(({ years, theta }) => ({ years, slice: ssviSlice(cryptoLike.ssvi, theta, years) }));

describe("a surface between its expiries", () => {
  it("is its slices at their own times", () => {
    for (const { slice, years } of surface) expect(surfaceVol(surface, 0.1, years)).toBeCloseTo(sviVol(slice, 0.1), 12);
  });

  it("is half way in total variance half way in time", () => {
    const [near, far] = [surface[4], surface[5]] as [(typeof surface)[0], (typeof surface)[0]];
    const middle = (near.years + far.years) / 2;
    const mean = (surfaceTotalVariance(surface, -0.2, near.years) + surfaceTotalVariance(surface, -0.2, far.years)) / 2;
    expect(surfaceTotalVariance(surface, -0.2, middle)).toBeCloseTo(mean, 14);
  });

  it("keeps the vol of the first slice before it", () => {
    const first = surface[0] as (typeof surface)[0];
    expect(surfaceVol(surface, 0.02, first.years / 5)).toBeCloseTo(sviVol(first.slice, 0.02), 12);
  });

  it("never loses total variance with time, at any strike, far beyond the last expiry too", () => {
    const time = fc.double({ min: 1e-4, max: 3, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: -2, max: 2, noNaN: true }), time, time, (k, one, other) => {
        const [sooner, later] = [Math.min(one, other), Math.max(one, other)];
        expect(surfaceTotalVariance(surface, k, later)).toBeGreaterThanOrEqual(surfaceTotalVariance(surface, k, sooner) - 1e-15);
      }),
      { seed: 1 },
    );
  });

  it("refuses an empty surface and a time that is past", () => {
    expect(() => surfaceVol([], 0, 0.1)).toThrow(InvalidInputError);
    expect(() => surfaceVol(surface, 0, 0)).toThrow(InvalidInputError);
  });
});
