import { describe, expect, it } from "vitest";
import { encodeSlice } from "../../../keeper/chain/postedSlice.ts";
import { fitChain } from "../../../keeper/desk/fitChain.ts";
import { parseChain } from "../../../keeper/desk/readChain.ts";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { sviMinimumVariance, sviVol } from "../../../keeper/pricing/svi.ts";
import { butterfly } from "../../../keeper/pricing/sviButterfly.ts";
import { calendar } from "../../../keeper/pricing/sviCalendar.ts";
import { CARRY, chainCsv } from "./chainCsv.ts";

describe("fitting a chain", () => {
  it("gives each expiry the carry and the smile the venue priced with", () => {
    const { expiries } = fitChain(parseChain(chainCsv({ withoutFuture: [4] }), "ETH"));
    for (const { carry, slice, points, error, after } of expiries) {
      expect(carry).toBeCloseTo(CARRY, 3);
      expect(points).toHaveLength(25);
      for (const { k, markVol } of points) expect(Math.abs(sviVol(slice, k) - (markVol ?? 0))).toBeLessThan(5e-4);
      expect(error?.median).toBeLessThan(2e-4);
      expect(after.butterfly).toBeGreaterThan(0);
      expect(after.calendar ?? 1).toBeGreaterThan(0);
    }
  });

  it("aims at bids, asks or mids when asked to", () => {
    const chain = parseChain(chainCsv(), "ETH");
    const atMoney = (side: "bid" | "ask" | "mid" | "mark") => sviVol(fitChain(chain, side).expiries[6]?.slice as never, 0);
    expect(atMoney("bid")).toBeCloseTo(atMoney("mark") - 0.01, 3);
    expect(atMoney("ask")).toBeCloseTo(atMoney("mark") + 0.01, 3);
    expect(atMoney("mid")).toBeCloseTo(atMoney("mark"), 3);
  });

  it("shows the arbitrage it found and that it is gone", () => {
    const { expiries } = fitChain(parseChain(chainCsv({ lift: { 4: 0.3 } }), "ETH"));
    expect(expiries[5]?.before.calendar).toBeLessThan(0);
    for (const { after } of expiries) {
      expect(after.butterfly).toBeGreaterThan(0);
      expect(after.calendar ?? 1).toBeGreaterThan(0);
    }
    expect(expiries[0]?.after.calendar).toBeUndefined();
  });

  it("survives the contract's rounding: what is stored is free of arbitrage, and within its bounds", () => {
    const { expiries } = fitChain(parseChain(chainCsv({ lift: { 2: 0.2, 4: 0.3 } }), "ETH"));
    const stored = expiries.map(({ years, slice, carry }) => {
      const posted = encodeSlice({ ...slice, carry });
      const read = (name: keyof typeof posted) => Number(posted[name]) / 1e18;
      return { years, slice: { a: read("a"), b: read("b"), rho: read("rho"), m: read("m"), sigma: read("sigma") } };
    });
    for (const [i, far] of stored.entries()) {
      expect(butterfly(far.slice, far.years).minimum).toBeGreaterThan(0);
      expect(sviMinimumVariance(far.slice)).toBeGreaterThan(1e-4);
      expect(Math.abs(far.slice.m)).toBeLessThan(2);
      expect(far.slice.sigma).toBeGreaterThan(1e-4);
      const near = stored[i - 1];
      if (near) expect(calendar(near, far).minimum).toBeGreaterThan(0);
    }
  });

  it("says so when nothing is quoted on the side asked for", () => {
    const csv = chainCsv().replaceAll(/^((?:[^,]*,){6})[^,]*,/gm, (line, head: string) =>
      line.startsWith("timestamp") ? line : `${head},`,
    );
    expect(() => fitChain(parseChain(csv, "ETH"), "bid")).toThrow(InvalidInputError);
    expect(() => fitChain(parseChain(csv, "ETH"), "bid")).toThrow("fit another side");
  });
});
