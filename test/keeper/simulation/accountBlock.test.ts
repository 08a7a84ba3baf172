import { encodeAbiParameters, encodeEventTopics, type Log } from "viem";
import { describe, expect, it } from "vitest";
import { optionMarketAbi } from "../../../keeper/chain/abi.ts";
import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import { packSeries } from "../../../keeper/chain/seriesId.ts";
import type { OptionLeg } from "../../../keeper/risk/book.ts";
import { accountBlock, type Hedged, holdHedges } from "../../../keeper/simulation/accountBlock.ts";
import { snapshotAt, underlyingAt } from "./syntheticDemo.ts";

const [now, expiry] = [1_800_000_000, 1_799_999_000];
const weth = underlyingAt("WETH", 3000).address;
const addresses = { contracts: { vault: weth }, quote: { decimals: 6 } } as unknown as AddressBook;
const free = { hedging: 0, operations: 0 };

function settledAt(priceWad: bigint): Log {
  const topics = encodeEventTopics({
    abi: optionMarketAbi,
    eventName: "Settled",
    args: { underlying: weth, expiry: BigInt(expiry) },
  });
  const data = encodeAbiParameters([{ type: "uint256" }, { type: "uint80" }], [priceWad, 1n]);
  const place = { blockHash: null, blockNumber: null, logIndex: null, transactionHash: null, transactionIndex: null };
  return { address: weth, topics: topics as Log["topics"], data, removed: false, ...place };
}

describe("a call held as a hedge and settled", () => {
  it("becomes the units it pays: what they make, then and later, is the hedge's", () => {
    const call: OptionLeg = { type: "call", strike: 3000, expiry, size: 10 };
    const series = packSeries({ underlying: weth, type: "call", strike: 3000, expiry });
    const hedged: Hedged = { units: new Map(), options: new Map([[series, 10]]) };
    const holding = snapshotAt(now, 10_000 + 1900, [underlyingAt("WETH", 3190, [call])]);
    // (3200 − 3000)/3200 of a unit for each, at 3250 by now.
    const paid = snapshotAt(now + 12, 10_000 + 0.625 * 3250, [underlyingAt("WETH", 3250, [], 0.625)]);
    const later = snapshotAt(now + 24, 10_000 + 0.625 * 3300, [underlyingAt("WETH", 3300, [], 0.625)]);

    const logs = [settledAt(3200n * 10n ** 18n)];
    const settling = accountBlock(addresses, holding, paid, logs, hedged, free);
    expect(settling.pnl.total).toBeCloseTo(131.25, 9);
    expect(settling.unhedged).toBeCloseTo(0, 9);
    expect(settling.delivered.get("WETH")).toBeCloseTo(0.625, 12);
    expect(settling.optionDelta.get("WETH")).toBeUndefined();
    holdHedges(hedged, settling, logs);
    expect(hedged.options.size).toBe(0);

    const after = accountBlock(addresses, paid, later, [], hedged, free);
    expect(after.pnl.delta).toBeCloseTo(31.25, 9);
    expect(after.unhedged).toBeCloseTo(0, 9);
  });
});
