import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { hestonVol } from "../../../keeper/pricing/calibrateHeston.ts";
import { sviVol } from "../../../keeper/pricing/svi.ts";
import { YEAR_SECONDS } from "../../../keeper/risk/book.ts";
import { surfaceHeston } from "../../../keeper/risk/surfaceHeston.ts";

const postedAt = 1_770_000_000;
const smiles = [
  { expiry: postedAt + 14 * 86_400, postedAt, carry: 0, slice: { a: 0.3, b: 0.4, rho: -0.3, m: 0, sigma: 0.25 } },
  { expiry: postedAt + 60 * 86_400, postedAt, carry: 0.03, slice: { a: 0.32, b: 0.2, rho: -0.35, m: 0, sigma: 0.4 } },
];

describe("Heston of a posted surface", () => {
  it("gives the posted vols back to a vol point, with the skew's sign", () => {
    const model = surfaceHeston(smiles);
    expect(model.rho).toBeLessThan(0);
    for (const { expiry, slice } of smiles) {
      const years = (expiry - postedAt) / YEAR_SECONDS;
      for (const k of [-0.15, 0, 0.15]) {
        const vol = hestonVol(model, { forward: 1, strike: Math.exp(k), years });
        expect(Math.abs(vol - sviVol(slice, k)), `k ${k}`).toBeLessThan(0.01);
      }
    }
  });

  it("is fitted once for a surface and anew when a smile is posted or gone", () => {
    const first = surfaceHeston(smiles);
    expect(surfaceHeston(smiles.map((smile) => ({ ...smile })))).toBe(first);
    expect(surfaceHeston(smiles.slice(1))).not.toBe(first);
    const higher = smiles.map((smile) => ({ ...smile, slice: { ...smile.slice, a: smile.slice.a + 0.1 } }));
    expect(surfaceHeston(higher).v0).toBeGreaterThan(first.v0);
  });

  it("needs a smile", () => {
    expect(() => surfaceHeston([])).toThrow(InvalidInputError);
  });
});
