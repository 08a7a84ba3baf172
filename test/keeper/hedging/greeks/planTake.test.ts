import { describe, expect, it } from "vitest";
import { type OptionOffer, planBundle } from "../../../../keeper/hedging/greeks/planBundle.ts";
import { planTake } from "../../../../keeper/hedging/greeks/planTake.ts";
import { bookGreeks, legGreeks } from "../../../../keeper/risk/bookGreeks.ts";
import { flatBook, now } from "../../risk/sampleBook.ts";
import { book, expiry, hedged, offer, situation, straddles } from "./shortStraddles.ts";

/** The straddles with some options bought and spot brought back to neutral. */
function after(bought: readonly { option: OptionOffer["option"]; size: number }[]) {
  const legs = [...straddles, ...bought.map(({ option, size }) => ({ ...option, size }))];
  return flatBook(legs, { holdings: -bookGreeks(flatBook(legs)).delta });
}

describe("planTake", () => {
  it("takes one option of the best bundle, no more of it than the bundle wants", () => {
    const wanted = planBundle(situation).optionTrades;
    const { take } = planTake(situation);
    const inBundle = wanted.find(({ offer: each }) => each === take?.offer);
    expect(take?.size).toBeGreaterThan(0);
    expect(take?.size).toBeLessThanOrEqual((inBundle?.size ?? 0) + 1e-9);
    expect(take?.saves).toBeGreaterThan(take?.cost ?? Number.NaN);
  });

  it("one after the other comes to rest, with gamma and vega mended", () => {
    const bought: { option: OptionOffer["option"]; size: number }[] = [];
    for (let step = 0; step < 10; step += 1) {
      const { take } = planTake({ ...situation, book: after(bought) });
      if (take === undefined) break;
      bought.push({ option: take.offer.option, size: take.size });
    }
    expect(bought.length).toBeGreaterThan(0);
    expect(bought.length).toBeLessThan(10);
    const [before, done] = [bookGreeks(book), bookGreeks(after(bought))];
    expect(Math.abs(done.gamma)).toBeLessThan(Math.abs(before.gamma) / 2);
    expect(Math.abs(done.vega)).toBeLessThan(Math.abs(before.vega) / 2);
  });

  it("stops where the guard would, before spot has followed", () => {
    const limits = { delta: 3, gamma: 1, vega: 1e6 };
    const { take, reason } = planTake({ ...situation, limits });
    const { delta } = legGreeks({ ...(take?.offer.option ?? expect.unreachable()), size: 1 }, 3000, now, book.smiles.get(expiry));
    expect(Math.abs((take?.size ?? 0) * delta)).toBeLessThanOrEqual(3);
    expect(reason).toContain("the guard admits");
  });

  it("takes nothing where only spot is worth trading, and says so", () => {
    const away = { ...book, holdings: hedged + 20 };
    const { take, reason } = planTake({ ...situation, book: away, offers: [offer("call", 3000, 0.9)] });
    expect(take).toBeUndefined();
    expect(reason).toMatch(/^hold: no option on offer is worth its cost beside spot/);
  });

  it("counts in thousandths of what is quoted", () => {
    const { take } = planTake({ ...situation, offers: [offer("call", 3000, 0.01, 37)] });
    const parts = ((take?.size ?? Number.NaN) / 37) * 1000;
    expect(Math.abs(parts - Math.round(parts))).toBeLessThan(1e-6);
  });
});
