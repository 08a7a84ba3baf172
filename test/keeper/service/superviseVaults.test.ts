import { describe, expect, it } from "vitest";
import { ChainError, ConfigError } from "../../../keeper/errors.ts";
import { superviseVaults, type VaultLoop } from "../../../keeper/service/superviseVaults.ts";

/** A loop that ends with each error in turn, and then well; its diary tells what happened to it. */
function loopOf(name: string, errors: Error[], diary: string[]): VaultLoop {
  return {
    run: async () => {
      const error = errors.shift();
      diary.push(`${name} starts`);
      if (error !== undefined) throw error;
    },
    onHalt: (problem) => diary.push(`${name} halts: ${problem}`),
    onRetry: (problem) => diary.push(`${name} retries: ${problem}`),
  };
}

describe("superviseVaults", () => {
  const { signal } = new AbortController();

  it("lets the others go on when one vault halts, and then says why", async () => {
    const diary: string[] = [];
    const halted = new ConfigError("no role");
    const loops = [loopOf("a", [halted], diary), loopOf("b", [new ChainError("no answer"), new ChainError("no answer")], diary)];
    await expect(superviseVaults(loops, 1, signal)).rejects.toBe(halted);
    expect(diary).toEqual([
      "a starts",
      "b starts",
      "a halts: no role",
      "b retries: no answer",
      "b starts",
      "b retries: no answer",
      "b starts",
    ]);
  });

  it("halts a vault on a fault of the program's own, not only on those it knows", async () => {
    const diary: string[] = [];
    const fault = new RangeError("index");
    await expect(superviseVaults([loopOf("a", [fault], diary), loopOf("b", [], diary)], 1, signal)).rejects.toBe(fault);
    expect(diary).toContain("a halts: index");
    expect(diary).toContain("b starts");
  });

  it("stops waiting for a retry when it is told to stop", async () => {
    const stop = new AbortController();
    const diary: string[] = [];
    const loop = loopOf("a", [new ChainError("no answer")], diary);
    const supervised = superviseVaults([{ ...loop, onRetry: () => stop.abort() }], 3_600_000, stop.signal);
    await supervised;
    expect(diary).toEqual(["a starts"]);
  });
});
