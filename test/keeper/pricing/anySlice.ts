import fc from "fast-check";
import type { SviSlice } from "../../../keeper/pricing/svi.ts";

/** Slices with positive variance everywhere, of every shape a market has shown and many it has not; some have arbitrage. */
export const anySlice: fc.Arbitrary<SviSlice> = fc
  .record({
    lowest: fc.double({ min: 0.01, max: 1, noNaN: true }),
    b: fc.double({ min: 0.05, max: 3, noNaN: true }),
    rho: fc.double({ min: -0.95, max: 0.95, noNaN: true }),
    m: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
    sigma: fc.double({ min: 0.03, max: 1, noNaN: true }),
  })
  .map(({ lowest, b, rho, m, sigma }) => ({ a: lowest - b * sigma * Math.sqrt(1 - rho * rho), b, rho, m, sigma }));
