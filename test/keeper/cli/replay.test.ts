import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Address, zeroAddress } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import { type AddressBook, writeAddressBook } from "../../../keeper/chain/addressBook.ts";
import { packSeries } from "../../../keeper/chain/seriesId.ts";
import { toBook } from "../../../keeper/chain/toBook.ts";
import type { OptionLeg } from "../../../keeper/risk/book.ts";
import { bookGreeks, legGreeks } from "../../../keeper/risk/bookGreeks.ts";
import { decide } from "../../../keeper/service/decide.ts";
import { type DecisionInputs, planOf } from "../../../keeper/service/replay.ts";
import { settingsFor } from "../../../keeper/simulation/demoSettings.ts";
import { openStore } from "../../../keeper/store/openStore.ts";
import { decisionAt } from "../execution/keeperOn.ts";
import { keel } from "../service/runningDevnet.ts";
import { snapshotAt, underlyingAt } from "../simulation/syntheticDemo.ts";

const address = (byte: number): Address => `0x${byte.toString(16).padStart(40, "0")}`;
const contracts = [
  "accessManager",
  "priceOracle",
  "volSurface",
  "riskEngine",
  "optionMarket",
  "vault",
  "shareQueue",
  "uniswapVenue",
  "aaveVenue",
];
const { address: weth, symbol, decimals } = underlyingAt("WETH", 3000);
const book: AddressBook = {
  chainId: 31337,
  deployBlock: 1,
  contracts: Object.fromEntries(contracts.map((name, i) => [name, address(16 + i)])) as AddressBook["contracts"],
  quote: { address: address(1), symbol: "USDC", decimals: 6, feed: address(2) },
  underlyings: [{ address: weth, symbol, decimals, feed: address(3), pools: [{ address: address(4), fee: 500 }] }],
  multicall3: address(5),
  uniswapFactory: address(6),
  aavePool: address(7),
  aaveAddressesProvider: address(8),
};

const now = 1_770_000_000;
const expiry = now + 7 * 86_400;
const smile = { expiry, postedAt: now - 600, tradableFrom: 0, carry: 0, slice: { a: 0.49, b: 0.1, rho: -0.3, m: 0, sigma: 0.2 } };
const legs: readonly OptionLeg[] = [
  { type: "call", strike: 3000, expiry, size: -40 },
  { type: "put", strike: 3000, expiry, size: -40 },
];
const settings = settingsFor({
  policy: "closed-form",
  events: [],
  riskAversion: 5e-4,
  belief: { kind: "sticky-strike" },
  blockSeconds: 600,
});

/** A short straddle eight units off its hedge, which spot alone would mend, and a dealer's call that mends its gamma too. */
function takeDecision() {
  const base = snapshotAt(now, 2e6, []);
  const held = 8 - bookGreeks(toBook(base, underlyingAt("WETH", 3000, legs, 0, [smile]))).optionDelta;
  const bare = underlyingAt("WETH", 3000, legs, held, [smile]);
  const { delta, gamma, vega, value } = bookGreeks(toBook(base, bare));
  const snapshot = { ...base, underlyings: [{ ...bare, onChain: { delta, gamma, vega, value } }] };
  const price = BigInt(Math.round(legGreeks({ type: "call", strike: 3100, expiry, size: 1 }, 3000, now, smile).price * 1.02e6));
  const quote = {
    maker: address(200),
    taker: zeroAddress,
    series: packSeries({ underlying: weth, type: "call", strike: 3100, expiry }),
    makerSells: true,
    price,
    size: 20_000_000n,
    nonce: 1n,
    deadline: BigInt(now + 600),
  };
  const offers = { WETH: [{ quote, signature: "0x01" as const }] };
  const decision = decide(snapshot, book, settings, new Map(), () => ({ missing: "never asked" }), offers);
  const inputs: DecisionInputs = { settings, provisions: {}, regions: {}, offers };
  return { snapshot, inputs, decision };
}

describe("keel replay", () => {
  let env: Record<string, string>;
  let take: number;
  const { snapshot, inputs, decision } = takeDecision();

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "replay-"));
    env = { KEEL_ADDRESSES: join(folder, "addresses.json"), KEEL_STORE: join(folder, "store") };
    writeAddressBook(env.KEEL_ADDRESSES as string, book);
    const store = await openStore({ folder: env.KEEL_STORE as string });
    const head = { number: 7n, hash: `0x${"ab".repeat(32)}` as const, baseFeePerGas: 1n };
    const row = { ...decisionAt(book.chainId, head), vault: book.contracts.vault };
    const chore = { ...row, verdict: "chore" as const, snapshot: null, plan: null, reason: "collect the put" };
    await store.journal.addDecision(chore);
    take = await store.journal.addDecision({
      ...row,
      snapshot,
      inputs,
      plan: planOf(decision),
      verdict: decision.verdict,
      reason: decision.reason,
    });
    await store.close();
  });

  it("prints all of a block as one JSON array, a chore with what was recorded of it", async () => {
    const { code, stdout, stderr } = await keel(["replay", "--block", "7", "--json"], env);
    expect([code, stderr]).toEqual([0, ""]);
    const answers = JSON.parse(stdout);
    expect(answers).toMatchObject([
      { id: take - 1, verdict: "chore", block: 7, recorded: { plan: null, reason: "collect the put" } },
      { id: take, verdict: "take", same: true, replayed: { reason: decision.reason } },
    ]);
    expect(answers[0]).not.toHaveProperty("same");
  });

  it("tells of a take the option, and no trade of spot that was not made", async () => {
    expect(decision.verdict).toBe("take");
    const [plan] = decision.plans;
    expect(plan?.trade).not.toBe(0);
    const { code, stdout } = await keel(["replay", String(take)], env);
    expect(code).toBe(0);
    expect(stdout).toContain("the same plan");
    expect(stdout).toMatch(/^Take {9}buy [\d.]+ call 3,100 of 2026-02-09 02:40 UTC, cost [\d.,]+, risk removed [\d.,]+$/m);
    expect(stdout).toMatch(/^WETH .* waits *$/m);
  });
});
