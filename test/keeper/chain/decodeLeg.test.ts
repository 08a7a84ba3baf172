import { afterAll, describe, expect, it } from "vitest";
import { decodeLeg } from "../../../keeper/chain/decodeLeg.ts";
import { packSeries, unpackSeries } from "../../../keeper/chain/seriesId.ts";
import { plainNetwork } from "../../../keeper/simulation/market/plainNetwork.ts";

const connection = await plainNetwork().create();
afterAll(() => connection.close());

describe("decodeLeg", () => {
  it("reads the word that the risk engine writes, and the series id is the contract's", async () => {
    const { viem } = connection;
    const [account] = await viem.getWalletClients();
    const nobody = account?.account.address ?? "0x";
    const engine = await viem.deployContract("RiskEngine", [nobody, nobody]);
    const underlying = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2";
    for (const [type, strike, size] of [
      ["put", 2950, -5.5],
      ["call", 89_500.25, 140_737_488.355327],
    ] as const) {
      const series = { underlying, type, strike, expiry: 1_767_945_600 } as const;
      const id = packSeries(series);
      expect(unpackSeries(id)).toEqual(series);
      const word = await engine.read.leg([id, BigInt(Math.round(size * 1e6))]);
      expect(decodeLeg(word)).toEqual({ type, strike, expiry: series.expiry, size });
      expect(await engine.read.decode([underlying, word])).toEqual([id, BigInt(Math.round(size * 1e6))]);
    }
  });
});
