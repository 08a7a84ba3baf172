import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import type { PostedSmile } from "../../../keeper/chain/snapshot.ts";
import { createDesk, type MarkSource } from "../../../keeper/desk/desk.ts";
import { deskPolicy, weeklyStraddles } from "../../../keeper/simulation/demoSettings.ts";
import { snapshotAt, underlyingAt } from "../simulation/syntheticDemo.ts";

const HOUR = 3600;
const WEEK = 7 * 24 * HOUR;
const SEASONING = 6 * HOUR;
const friday = Date.UTC(2026, 0, 9, 8) / 1000;
const next = friday + WEEK;
const slice = { a: 0.49, b: 0, rho: 0, m: 0, sigma: 0.1 };

const flat: MarkSource = async () => ({
  quotes: [-0.2, -0.1, 0, 0.1, 0.2].map((k) => ({ k, vol: 0.7, weight: 1 })),
  carry: 0,
});
const vault = "0x00000000000000000000000000000000000000AA";
const optionMarket = "0x00000000000000000000000000000000000000bb";
const money = { symbol: "USDC", decimals: 6 };
const addresses = { chainId: 1, contracts: { vault, optionMarket }, quote: money } as unknown as AddressBook;
const desk = createDesk({
  addresses,
  quoter: privateKeyToAccount(generatePrivateKey()),
  programmes: weeklyStraddles(new Map([["WETH", 60]])),
  marks: flat,
  policy: deskPolicy,
});
const posted = (expiry: number, postedAt: number, tradableFrom: number): PostedSmile => ({
  expiry,
  postedAt,
  tradableFrom,
  carry: 0,
  slice,
});
const at = (now: number, smiles: readonly PostedSmile[]) => ({
  ...snapshotAt(now, 2e6, [underlyingAt("WETH", 3000, [], 100, smiles)]),
  seasoning: SEASONING,
});

describe("the desk", () => {
  it("posts the next cycle ahead: its expiry is traded when that cycle begins", async () => {
    const before = friday - SEASONING - HOUR - 1;
    expect(desk.expiries(before, SEASONING)).toEqual([friday]);
    expect(desk.expiries(before + 1, SEASONING)).toEqual([friday, next]);
    expect(desk.expiries(friday, SEASONING)).toEqual([next]);

    const expiriesPosted = async (now: number, smiles: readonly PostedSmile[]) =>
      (await desk.postings(at(now, smiles))).map(({ expiry }) => expiry);
    const known = posted(friday, before - 60, 0);
    expect(await expiriesPosted(before, [known])).toEqual([]);
    expect(await expiriesPosted(before + 1, [known])).toEqual([next]);
    expect(await expiriesPosted(before + 2, [known, posted(next, before + 2, before + 2 + SEASONING)])).toEqual([]);
  });

  it("posts again, whenever it last did, what is older than the cutoff of an epoch that waits for its strike", async () => {
    const cutoff = friday + 12 * HOUR;
    const queue = { openEpoch: 2, cutoff: cutoff + 24 * HOUR, epochSeconds: 24 * HOUR, struckDeposits: 0, struckRedemptions: 0 };
    const expiriesPosted = async (postedAt: number, struck: number) => {
      const snapshot = at(cutoff + 60, [posted(next, postedAt, friday)]);
      const postings = await desk.postings({
        ...snapshot,
        queue: { ...queue, struckDeposits: struck, struckRedemptions: struck },
      });
      return postings.map(({ expiry }) => expiry);
    };
    expect(await expiriesPosted(cutoff - 1, 0)).toEqual([next]);
    expect(await expiriesPosted(cutoff - 1, 0)).toEqual([next]);
    expect(await expiriesPosted(cutoff - 1, 1)).toEqual([]);
    expect(await expiriesPosted(cutoff, 0)).toEqual([]);
  });

  it("sells nothing of an expiry until the second it is traded from", async () => {
    const from = friday + 2 * HOUR;
    const fresh = [posted(next, from - SEASONING, from)];
    const call = { symbol: "WETH", type: "call", strike: 3000, expiry: next, size: 1 } as const;

    const early = at(from - 1, fresh);
    expect(desk.offers(early).get("WETH")).toEqual([]);
    expect(desk.provisions(early)).toEqual(
      new Map([
        ["WETH", 0],
        ["USDC", 0],
      ]),
    );
    expect(await desk.quote(early, call)).toBeUndefined();

    const ripe = at(from, fresh);
    expect(desk.offers(ripe).get("WETH")).toHaveLength(2);
    expect(desk.provisions(ripe).get("WETH")).toBe(60);
    expect((await desk.quote(ripe, call))?.quote.size).toBe(1_000_000n);
  });

  it("sells nothing of an expiry without a smile", () => {
    expect(desk.offers(at(friday, [])).get("WETH")).toEqual([]);
  });

  it("counts what it sells as its own before it may sell it", () => {
    expect(desk.programmeSeries(at(friday, [])).size).toBe(2);
  });
});
