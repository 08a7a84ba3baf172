import { readFileSync } from "node:fs";
import fc from "fast-check";
import { getAddress, type Hex, hashTypedData, toFunctionSelector, toHex, zeroAddress } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import { usdc } from "./deployWorld.ts";
import { quoteTypes } from "./fixture/settlementWorld.ts";
import { type KeelWorld, keelWorld } from "./keelWorld.ts";

type Vector = Parameters<typeof hashTypedData>[0] & { name: string; data: Record<string, unknown>; digest: Hex };
const published = JSON.parse(readFileSync(new URL("../reference/eip712.json", import.meta.url), "utf8")) as {
  cases: readonly Vector[];
};
/** ERC-165: the exclusive or of all selectors. */
const interfaceId = (...functions: string[]) =>
  toHex(
    functions.reduce((id, signature) => (id ^ Number.parseInt(toFunctionSelector(signature), 16)) >>> 0, 0),
    { size: 4 },
  );

let world: KeelWorld;
beforeAll(async () => {
  world = await keelWorld();
});

describe("EIP-712", () => {
  it("the desk's encoder reproduces the published vectors", () => {
    for (const { name, domain, types, primaryType, data, digest } of published.cases) {
      const typed = { domain, types, primaryType, message: data } as Parameters<typeof hashTypedData>[0];
      expect(hashTypedData(typed), name).toBe(digest);
    }
  });

  it("the market hashes any quote as that encoder does", async () => {
    const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
    const account = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => getAddress(toHex(bytes)));
    const quotes = fc.record({
      maker: account,
      taker: account,
      series: word,
      makerSells: fc.boolean(),
      price: word,
      size: word,
      nonce: word,
      deadline: word,
    });
    const domain = { name: "Keel OptionMarket", version: "1", chainId: world.chainId, verifyingContract: world.market.address };
    await fc.assert(
      fc.asyncProperty(quotes, async (message) => {
        const expected = hashTypedData({ domain, types: quoteTypes, primaryType: "Quote", message });
        expect(await world.market.read.hashQuote([message])).toBe(expected);
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});

describe("ERC-1271", () => {
  it("the vault signs nothing outside a fill", async () => {
    for (const hash of [toHex(0n, { size: 32 }), toHex(1n, { size: 32 })]) {
      expect(await world.vault.read.isValidSignature([hash, "0x"])).toBe("0xffffffff");
    }
  });
});

describe("ERC-6909", () => {
  const id = 42n;

  it("has its interface id, computed from its functions", async () => {
    const computed = interfaceId(
      "balanceOf(address,uint256)",
      "allowance(address,address,uint256)",
      "isOperator(address,address)",
      "transfer(address,uint256,uint256)",
      "transferFrom(address,address,uint256,uint256)",
      "approve(address,uint256,uint256)",
      "setOperator(address,bool)",
    );
    expect(computed).toBe("0x0f632fb3");
    expect(await world.market.read.supportsInterface([computed])).toBe(true);
  });

  it("moves nothing that is not there, nor for a stranger; an operator may until revoked", async () => {
    const { alice, bob, market } = world;
    await expect(market.write.transfer([bob.account.address, id, 1n], { account: alice.account })).rejects.toThrow();
    const move = () => market.write.transferFrom([alice.account.address, bob.account.address, id, 0n], { account: bob.account });
    await market.write.setOperator([bob.account.address, true], { account: alice.account });
    await move();
    await market.write.setOperator([bob.account.address, false], { account: alice.account });
    const some = [alice.account.address, bob.account.address, id, 1n] as const;
    await expect(market.write.transferFrom(some, { account: bob.account })).rejects.toThrow();
  });
});

describe("ERC-7540 and ERC-7575 views", () => {
  it("never revert, for anyone, and do not depend on who asks", async () => {
    const { queue, alice, stranger, invest } = world;
    await invest(alice, usdc(1000));
    for (const of of [alice.account.address, zeroAddress, queue.address, world.vault.address]) {
      for (const account of [alice.account, stranger.account]) {
        const as = { account: account.address };
        expect(await queue.read.pendingDepositRequest([0n, of], as)).toBe(of === alice.account.address ? usdc(1000) : 0n);
        expect(await queue.read.pendingRedeemRequest([0n, of], as)).toBe(0n);
        for (const view of ["maxDeposit", "maxMint", "maxRedeem", "maxWithdraw"] as const) {
          expect(await queue.read[view]([of], as), view).toBe(0n);
        }
        expect(await queue.read.claimableDepositRequest([0n, of], as)).toBe(0n);
        expect(await queue.read.claimableRedeemRequest([0n, of], as)).toBe(0n);
      }
    }
    expect(await queue.read.totalAssets()).toBe(0n);
    expect(await queue.read.convertToShares([2n ** 128n])).toBe(2n ** 128n * 10n ** 12n);
    expect(await queue.read.convertToAssets([10n ** 12n])).toBe(1n);
  });
});
