import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { BlockHead } from "../../../keeper/chain/snapshot.ts";
import { shareBlocks } from "../../../keeper/service/sharedBlocks.ts";

const head = (number: number): BlockHead => ({
  number: BigInt(number),
  hash: `0x${number.toString(16).padStart(64, "0")}`,
  parentHash: `0x${"0".repeat(64)}`,
  timestamp: number,
  baseFeeWei: 0n,
});

describe("shared blocks", () => {
  it("give a quick follower every block and a slow one the newest, never an old one", async () => {
    const given = Array.from({ length: 6 }, () => Promise.withResolvers<void>());
    async function* source() {
      for (const [index, gate] of given.entries()) {
        await gate.promise;
        yield head(index + 1);
      }
    }
    const blocks = shareBlocks(source());
    const pump = blocks.pump();
    const [quick, slow]: [number[], number[]] = [[], []];
    const release = Promise.withResolvers<void>();
    const followers = [
      (async () => {
        for await (const { number } of blocks.follow()) quick.push(Number(number));
      })(),
      (async () => {
        for await (const { number } of blocks.follow()) {
          slow.push(Number(number));
          if (slow.length === 1) await release.promise;
        }
      })(),
    ];
    for (const [index, gate] of given.entries()) {
      if (index === 5) release.resolve();
      gate.resolve();
      await turn();
      await turn();
    }
    await Promise.all([pump, ...followers]);
    expect(quick.slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
    expect(slow[0]).toBe(1);
    expect(slow[1]).toBeGreaterThanOrEqual(5);
    expect(slow).toEqual(slow.toSorted((a, b) => a - b));
  });

  it("let their followers go when the source fails", async () => {
    async function* source(): AsyncGenerator<BlockHead> {
      yield head(1);
      throw new RangeError("source");
    }
    const blocks = shareBlocks(source());
    const follower = (async () => {
      for await (const _ of blocks.follow());
      return "done";
    })();
    await expect(blocks.pump()).rejects.toThrow("source");
    expect(await follower).toBe("done");
  });
});
