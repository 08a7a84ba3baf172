import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { measureGas, measureSizes } from "./measureGas.ts";
import { vaultWithBook } from "./vaultWithBook.ts";

/** `npm run bench -- gas update` writes it. */
const snapshot: { gas: Record<string, number>; bytes: Record<string, number> } = JSON.parse(
  readFileSync(new URL("./gas-snapshot.json", import.meta.url), "utf8"),
);
const TOLERANCE = 0.005;
const EIP_170 = 24_576;

let gas: Record<string, number>;
const bytes = measureSizes();
beforeAll(async () => {
  gas = await measureGas(await vaultWithBook());
  const path = process.env.KEEL_GAS_FIGURES;
  if (path !== undefined) writeFileSync(path, JSON.stringify({ gas, bytes }));
});

function expectAsCommitted(measured: Record<string, number>, committed: Record<string, number>) {
  expect(Object.keys(measured).sort()).toEqual(Object.keys(committed).sort());
  const moved = Object.entries(measured).filter(([name, value]) => Math.abs(value / (committed[name] ?? 0) - 1) > TOLERANCE);
  expect(moved.map(([name, value]) => `${name}: ${committed[name]} → ${value}`)).toEqual([]);
}

describe("the committed snapshot", () => {
  it("is what transactions cost now, within half a percent", () => expectAsCommitted(gas, snapshot.gas));
  it("is how large the contracts are now, within half a percent", () => expectAsCommitted(bytes, snapshot.bytes));
});

describe("ceilings", () => {
  it("a spot rebalance of eight legs costs at most 320,000", () => {
    expect(gas["rebalance, spot, 8 legs"]).toBeLessThanOrEqual(320_000);
  });
  it("another position costs a rebalance at most 4,600", () => {
    const [eight = 0, many = 0] = [gas["rebalance, spot, 8 legs"], gas["rebalance, spot, 32 legs"]];
    expect((many - eight) / 24).toBeLessThanOrEqual(4_600);
  });
  it("every contract can be deployed", () => {
    for (const size of Object.values(bytes)) expect(size).toBeLessThanOrEqual(EIP_170);
  });
});
