import { describe, expect, it } from "vitest";
import { slicesToPost } from "../../../keeper/desk/slicesToPost.ts";

const smile = (vol: number) => ({ slice: { a: vol * vol, b: 0, rho: 0, m: 0, sigma: 0.1 }, carry: 0 });
const policy = { refreshSeconds: 3600, moveVol: 0.01 };
const posted = [{ expiry: 9_000, postedAt: 1_000, tradableFrom: 0, ...smile(0.6) }];

describe("slicesToPost", () => {
  it.each([
    { what: "one never posted", now: 1_100, expiry: 10_000, vol: 0.6, due: true },
    { what: "one that moved by more than a point", now: 1_100, expiry: 9_000, vol: 0.612, due: true },
    { what: "one that moved less", now: 1_100, expiry: 9_000, vol: 0.608, due: false },
    { what: "one an hour old", now: 4_600, expiry: 9_000, vol: 0.6, due: true },
    { what: "one from the cutoff on", now: 1_100, expiry: 9_000, vol: 0.6, notBefore: 1_000, due: false },
    {
      what: "one from before the cutoff of an epoch that waits",
      now: 1_100,
      expiry: 9_000,
      vol: 0.6,
      notBefore: 1_001,
      due: true,
    },
  ])("$what", ({ now, expiry, vol, notBefore = 0, due }) => {
    expect(slicesToPost(now, posted, new Map([[expiry, smile(vol)]]), policy, notBefore)).toEqual(due ? [expiry] : []);
  });
});
