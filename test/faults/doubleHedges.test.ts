import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../keeper/store/journal.ts";
import { doubleHedges } from "./doubleHedges.ts";

/** Hedges by the block they were decided at and the one that holds them. */
function count(hedges: readonly (readonly [decided: number, mined: number])[]): number {
  const entries = hedges.map(([decided], index) => ({
    decision: { blockNumber: BigInt(decided) },
    transaction: { minedHash: `0x${index}` },
  }));
  const mined = hedges.map(([, block], index) => ({ transactionHash: `0x${index}`, blockNumber: BigInt(block) }));
  return doubleHedges(mined, entries as unknown as JournalEntry[]);
}

describe("doubleHedges", () => {
  it.each([
    {
      name: "one after the other",
      hedges: [
        [10, 11],
        [20, 21],
      ],
      doubles: 0,
    },
    {
      name: "the next one decided in the block that holds the first",
      hedges: [
        [10, 11],
        [11, 12],
      ],
      doubles: 0,
    },
    {
      name: "mined again late, after a reorg",
      hedges: [
        [10, 15],
        [16, 17],
      ],
      doubles: 0,
    },
    {
      name: "decided while the first was in the air",
      hedges: [
        [10, 15],
        [12, 13],
      ],
      doubles: 1,
    },
    {
      name: "two in one block",
      hedges: [
        [10, 11],
        [10, 11],
      ],
      doubles: 1,
    },
    {
      name: "a first that a reorg moved behind two others",
      hedges: [
        [10, 30],
        [12, 13],
        [20, 21],
      ],
      doubles: 2,
    },
  ] as const)("$name: $doubles", ({ hedges, doubles }) => {
    expect(count(hedges)).toBe(doubles);
  });
});
