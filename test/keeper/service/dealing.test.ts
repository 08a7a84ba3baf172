import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type Hex, type LocalAccount, zeroAddress } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import { readSnapshot } from "../../../keeper/chain/readSnapshot.ts";
import { type RfqQuote, rfqQuoteText, type SignedRfqQuote, signRfqQuote } from "../../../keeper/chain/rfqQuote.ts";
import { packSeries } from "../../../keeper/chain/seriesId.ts";
import type { Snapshot } from "../../../keeper/chain/snapshot.ts";
import { createExecutor } from "../../../keeper/execution/executor.ts";
import { createDealing } from "../../../keeper/service/dealing.ts";
import { createKeeper } from "../../../keeper/service/keeper.ts";
import { createLog } from "../../../keeper/service/log.ts";
import { outcomeOf } from "../../../keeper/service/outcomeOf.ts";
import { createOutlook } from "../../../keeper/service/outlook.ts";
import { quotesFromUrl } from "../../../keeper/service/quotesFromUrl.ts";
import { replay } from "../../../keeper/service/replay.ts";
import { createRegions } from "../../../keeper/service/solveRegions.ts";
import { executionPolicy, outlookSettings, settingsFor } from "../../../keeper/simulation/demoSettings.ts";
import type { Measurement } from "../../../keeper/store/journal.ts";
import { openStore, type Store } from "../../../keeper/store/openStore.ts";
import { usdc, wad } from "../../contracts/deployWorld.ts";
import { snapshots } from "../../contracts/keelWorld.ts";
import { type VaultWithBook, vaultWithBook } from "../../contracts/vaultWithBook.ts";
import { snapshotAt, underlyingAt } from "../simulation/syntheticDemo.ts";
import { worldBook } from "./worldBook.ts";

let world: VaultWithBook;
let addresses: AddressBook;
let store: Store;
const state = snapshots(() => world);
const dealer = privateKeyToAccount(generatePrivateKey());
const servers: { close(): unknown }[] = [];

beforeAll(async () => {
  world = await vaultWithBook();
  addresses = worldBook(world);
  store = await openStore({ memory: true });
  await world.helpers.setBalance(dealer.address, 10n ** 18n);
  await world.fund(world.bob, { usdc: usdc(1_000_000) });
  await world.tokens.usdc.transfer(world.bob, dealer.address, usdc(1_000_000));
  await world.helpers.impersonateAccount(dealer.address);
  const own = await world.viem.getWalletClient(dealer.address);
  await world.tokens.usdc.approve(own, world.market.address);
  await state.save();
});
beforeEach(() => state.restore());
afterAll(async () => {
  for (const server of servers) server.close();
  await store.close();
});

const log = createLog("fatal");

/** A dealer's server: its URL. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serveQuotes = (signed: readonly SignedRfqQuote[]) =>
  serve((_, response) =>
    response.end(JSON.stringify({ quotes: signed.map(({ quote, signature }) => ({ quote: rfqQuoteText(quote), signature })) })),
  );

/** An offer of ten options at the mark and a percent, unless it says otherwise. */
async function offer(change: Partial<RfqQuote> = {}, signer: LocalAccount = dealer): Promise<SignedRfqQuote> {
  const series = change.series ?? world.put(2700);
  const { price } = await world.mark(series);
  const quote: RfqQuote = {
    maker: dealer.address,
    taker: zeroAddress,
    series,
    makerSells: true,
    price: (price * 101n) / 100n,
    size: 10_000_000n,
    nonce: 1n,
    deadline: BigInt((await world.now()) + 3600),
    ...change,
  };
  return { quote, signature: await signRfqQuote(signer, world.chainId, world.market.address, quote) };
}

/** A keeper of a key of its own with some dealers, that looks at the newest block when told. */
async function hire(urls: readonly string[], { dryRun = false } = {}) {
  const account = privateKeyToAccount(generatePrivateKey());
  await world.helpers.setBalance(account.address, 10n ** 19n);
  await world.manager.write.grantRole([1n, account.address, 0]);
  const { client } = world;
  const { journal } = store;
  const settings = settingsFor({
    policy: "closed-form",
    events: [],
    riskAversion: 1e-4,
    belief: { kind: "sticky-strike" },
    blockSeconds: 12,
  });
  const policy = { ...executionPolicy(1, () => 3000), confirmations: 1 };
  const executor = createExecutor({
    publicClient: client,
    store,
    policy,
    chainId: addresses.chainId,
    log,
    account,
    relay: undefined,
    dryRun,
  });
  const dealing = createDealing({
    addresses,
    sources: urls.map((url, index) => quotesFromUrl(url, `dealer ${index + 1}`, 200)),
    ownSeries: () => new Set(),
    isContract: async () => false,
    marginSeconds: 60,
    log,
  });
  const outlooks = createOutlook(outlookSettings);
  const regions = createRegions({ wait: true, log });
  const keeper = createKeeper({ addresses, executor, journal, settings, outlooks, regions, dealing, log });
  const head = async () => {
    const { number, hash, parentHash, timestamp, baseFeePerGas } = await client.getBlock();
    return { number, hash, parentHash, timestamp: Number(timestamp), baseFeeWei: baseFeePerGas ?? 0n };
  };
  const first = await head();
  await executor.recover({ ...first, baseFeePerGas: first.baseFeeWei });
  return {
    async look() {
      const at = await head();
      const [snapshot] = await Promise.all([readSnapshot(client, addresses, at), dealing.refresh(at.timestamp)]);
      return { snapshot, report: await keeper.onSnapshot(snapshot, new Map()) };
    },
    rows: () => journal.flush().then(() => journal.latest(500)),
    next: () => world.helpers.mine(),
  };
}

const sizeOf = async (series: bigint) => world.market.read.balanceOf([world.vault.address, series]);

describe("a keeper with a dealer", () => {
  it("takes its quote: gamma comes nearer zero, cash falls by the premium to the unit, and the journal can repeat it", async () => {
    const signed = await offer();
    const keeper = await hire([await serveQuotes([signed])]);
    const before = await world.vault.read.exposureOf([world.weth]);
    const cash = await world.vault.read.cashOf([world.usdc]);
    const { report } = await keeper.look();
    expect(report.decision?.verdict).toBe("take");
    expect(report.submission?.status).toBe("sent");
    expect(report.decision?.reason).toMatch(
      /^WETH take at [\d.]+ of 0x\w{40}: .*buy [\d.]+ put 2700 .*gamma .* removes risk worth/,
    );

    const held = await sizeOf(signed.quote.series);
    expect(held).toBe(report.decision?.take?.size);
    expect(held).toBeGreaterThan(0n);
    const premium = (signed.quote.price * held + 999_999n) / 1_000_000n;
    expect(await world.vault.read.cashOf([world.usdc])).toBe(cash - premium);
    const { greeks } = await world.vault.read.exposureOf([world.weth]);
    expect(before.greeks.gamma).toBeLessThan(0n);
    expect(greeks.gamma).toBeGreaterThan(before.greeks.gamma);
    expect(greeks.gamma).toBeLessThan(0n);
    expect(greeks.vega).toBeGreaterThan(before.greeks.vega);

    await keeper.next();
    await keeper.look();
    const row = (await keeper.rows()).find(({ decision }) => decision.verdict === "take");
    const measured = row?.outcome?.measurement as Measurement;
    const dearer = (Number(signed.quote.price) / 1e6) * (1 / 101) * (Number(held) / 1e6);
    expect(measured.costs.execution).toBeGreaterThan(0.9 * dearer);
    expect(measured.costs.execution).toBeLessThan(1.1 * dearer);
    expect(measured.costs.gas).toBeGreaterThan(0);
    expect(row && replay(row, addresses).same).toBe(true);

    const receipt = await world.client.getTransactionReceipt({ hash: row?.outcome?.hash ?? "0x" });
    const late = outcomeOf(receipt, row?.decision.snapshot as Snapshot, addresses, { gasAsset: "WETH" });
    const [timely] = measured.hedgeErrors;
    expect(late?.hedgeErrors).toHaveLength(1);
    expect(late?.hedgeErrors[0]?.before).toBeCloseTo(timely?.before ?? Number.NaN, 2);
    expect(late?.hedgeErrors[0]?.after).toBeCloseTo(timely?.after ?? Number.NaN, 2);
    expect(Math.abs((timely?.after ?? 0) - (timely?.before ?? 0))).toBeGreaterThan(0.1);
    expect(late?.costs.execution).toBeCloseTo(measured.costs.execution ?? Number.NaN, -1);
  });

  it("sells what it holds to a dealer's bid, and nothing it does not hold", async () => {
    const dear = { makerSells: false, price: (await world.mark(world.put(2700))).price * 2n };
    const keeper = await hire([await serveQuotes([await offer(dear)])]);
    expect((await keeper.look()).report.decision?.verdict).not.toBe("take");
    expect(await sizeOf(world.put(2700))).toBe(0n);
  });

  it.each<[string, () => Promise<string>]>([
    ["answers garbage", () => serve((_, response) => response.end("<html>"))],
    ["answers another shape", () => serve((_, response) => response.end('{"quotes":[{"quote":{}}]}'))],
    ["answers an error", () => serve((_, response) => response.writeHead(500).end())],
    ["answers without end", () => serve((_, response) => response.write(`{"quotes":[${" ".repeat(2_000_000)}`))],
    ["never answers", () => serve(() => undefined)],
    ["is not there", async () => "http://127.0.0.1:9"],
    ["signs with another key", async () => serveQuotes([await offer({}, privateKeyToAccount(generatePrivateKey()))])],
    ["sends no signature", async () => serveQuotes([{ ...(await offer()), signature: "0x" as Hex }])],
    ["sends what is over", async () => serveQuotes([await offer({ deadline: BigInt((await world.now()) - 1) })])],
    ["asks too much", async () => serveQuotes([await offer({ price: (await world.mark(world.put(2700))).price * 2n })])],
  ])("is not moved by one that %s", async (_, open) => {
    const keeper = await hire([await open()], { dryRun: true });
    const alone = await hire([], { dryRun: true });
    const [{ report }, { report: plain }] = [await keeper.look(), await alone.look()];
    expect(report.decision?.verdict).toBe(plain.decision?.verdict);
    expect(report.decision?.verdict).not.toBe("take");
    expect(report.decision?.plans).toEqual(plain.decision?.plans);
    expect(await sizeOf(world.put(2700))).toBe(0n);
  });

  it("listens to the good dealer beside a bad one", async () => {
    const bad = await serve((_, response) => response.end("no"));
    const keeper = await hire([bad, await serveQuotes([await offer()])]);
    expect((await keeper.look()).report.decision?.verdict).toBe("take");
  });

  it("listens to the good dealer beside one with the better price and a false signature", async () => {
    const { price } = await world.mark(world.put(2700));
    const forged = await offer({ price }, privateKeyToAccount(generatePrivateKey()));
    const signed = await offer();
    const keeper = await hire([await serveQuotes([forged]), await serveQuotes([signed])]);
    const { report } = await keeper.look();
    expect(report.decision?.take?.signature).toBe(signed.signature);
    expect(report.submission?.status).toBe("sent");
  });

  it("does not try a quote again that the simulation refused", async () => {
    // It cannot be written: nothing backs so many options.
    const own = await world.viem.getWalletClient(dealer.address);
    await world.tokens.usdc.transfer(own, world.bob.account.address, usdc(1_000_000));
    const keeper = await hire([await serveQuotes([await offer()])]);
    const rows = (await keeper.rows()).length;
    const first = await keeper.look();
    expect(first.report.decision?.verdict).toBe("take");
    expect(first.report.submission?.status).toBe("refused");
    for (let block = 0; block < 3; block += 1) {
      await keeper.next();
      expect((await keeper.look()).report.decision?.verdict).not.toBe("take");
    }
    const fresh = (await keeper.rows()).slice(0, -rows);
    expect(fresh.filter(({ decision }) => /take at/.test(decision.reason))).toHaveLength(1);
    expect(fresh).toHaveLength(4);
  });
});

describe("a keeper whose vault takes no more options", () => {
  it("hedges with spot at the next block, whatever else is on offer", async () => {
    const offers = await Promise.all([2500, 2600, 2700].map((strike) => offer({ series: world.put(strike) })));
    await world.setLimits({ vegaTurnoverWad: wad(1) });
    const keeper = await hire([await serveQuotes(offers)]);
    const first = await keeper.look();
    expect(first.report.decision?.verdict).toBe("take");
    expect(first.report.submission).toEqual({ status: "refused", reason: expect.stringContaining("TurnoverExceeded") });
    await keeper.next();
    const { report } = await keeper.look();
    expect(report.decision?.verdict).toBe("hedge");
    expect(report.submission?.status).toBe("sent");
  });
});

describe("a keeper whose dealer takes back what it quoted", () => {
  it("hedges with spot after the take has failed, whatever else is on offer", async () => {
    const offers = await Promise.all([2500, 2600, 2700].map((strike) => offer({ series: world.put(strike) })));
    const keeper = await hire([await serveQuotes(offers)]);
    const node = await world.viem.getTestClient();
    await node.setAutomine(false);
    try {
      const first = await keeper.look();
      expect(first.report.submission?.status).toBe("sent");
      const quote = first.report.decision?.take?.quote ?? expect.unreachable();
      await world.market.write.cancel([quote], { account: dealer.address, gas: 200_000n, maxPriorityFeePerGas: 10n ** 11n });
      await keeper.next();
      const { report } = await keeper.look();
      expect(report.events.map(({ type }) => type)).toContain("failed");
      expect(report.decision?.verdict).toBe("hedge");
      expect(report.submission?.status).toBe("sent");
    } finally {
      await node.setAutomine(true);
    }
  });
});

describe("a look at what dealers offer", () => {
  const at = 1_770_000_000;
  const expiry = at + 7 * 86_400;
  const smile = { expiry, postedAt: at - 600, tradableFrom: 0, carry: 0, slice: { a: 0.49, b: 0, rho: 0, m: 0, sigma: 0.1 } };
  const short = { type: "call" as const, strike: 3000, expiry, size: -40 };
  const snapshot = (seconds = 0, price = 3000, size = -40) =>
    snapshotAt(at + seconds, 2e6, [underlyingAt("WETH", price, size === 0 ? [] : [{ ...short, size }], 0, [smile])]);
  const block = (seconds: number, number: bigint) => snapshotAt(at + seconds, 2e6, snapshot().underlyings, number);
  const series = packSeries({ underlying: underlyingAt("WETH", 3000).address, type: "call", strike: 3300, expiry });
  const terms = { maker: zeroAddress, taker: zeroAddress, series, makerSells: true, price: 1n, size: 10n ** 7n, nonce: 1n };
  const quote: RfqQuote = { ...terms, deadline: BigInt(at + 86_400) };
  const named = { contracts: { vault: `0x${"2".repeat(40)}` }, quote: { decimals: 6 } } as unknown as AddressBook;

  async function lookedOnce() {
    const source = async () => [{ quote, signature: "0x01" as Hex }];
    const terms = { ownSeries: () => new Set<bigint>(), isContract: async () => false, marginSeconds: 60, log };
    const dealing = createDealing({ addresses: named, sources: [source], ...terms });
    await dealing.refresh(at);
    expect(dealing.offers(snapshot()).WETH).toHaveLength(1);
    expect(dealing.offers(snapshot(12))).toEqual({});
    return dealing;
  }

  it.each<[string, ReturnType<typeof snapshot>]>([
    ["an hour has passed", snapshot(3600)],
    ["spot has moved by more than a percent", snapshot(12, 3031)],
    ["the book has changed", snapshot(12, 3000, -39)],
  ])("is due again when %s", async (_, later) => {
    const dealing = await lookedOnce();
    expect(dealing.offers(later).WETH).toHaveLength(1);
    expect(dealing.offers(later)).toEqual({});
  });

  it("is not due for little", async () => {
    const dealing = await lookedOnce();
    expect(dealing.offers(snapshot(3599, 3029))).toEqual({});
    expect(dealing.offers(snapshot(3600, 3000, 0))).toEqual({});
  });

  it("asks the dealers once a minute", async () => {
    const asked: number[] = [];
    const source = async (time: number) => {
      asked.push(time - at);
      return [];
    };
    const rest = { ownSeries: () => new Set<bigint>(), isContract: async () => false, marginSeconds: 60, log };
    const dealing = createDealing({ addresses: named, sources: [source], ...rest });
    for (const seconds of [0, 12, 59, 60, 61, 130]) await dealing.refresh(at + seconds);
    expect(asked).toEqual([0, 60, 130]);
  });

  it("rests after a refusal for a minute, and for a block however long that is", async () => {
    const dealing = await lookedOnce();
    const offersAt = (seconds: number, number: bigint) => dealing.offers(block(seconds, number));
    dealing.refused(block(3600, 300n).block);
    expect(offersAt(3612, 301n)).toEqual({});
    expect(offersAt(3648, 304n)).toEqual({});
    expect(offersAt(3660, 305n).WETH).toHaveLength(1);
    dealing.refused(block(7260, 306n).block);
    expect(offersAt(7860, 307n)).toEqual({});
    expect(offersAt(8460, 308n).WETH).toHaveLength(1);
  });

  it("never shows a quote again that was tried", async () => {
    const dealing = await lookedOnce();
    dealing.used({ quote, signature: "0x01" });
    expect(dealing.offers(snapshot(3600))).toEqual({});
  });
});
