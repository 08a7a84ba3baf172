import { parseEther, parseGwei, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { createEtherPrice, etherPriceOf } from "../../../keeper/service/etherPrice.ts";
import { executionPolicy } from "../../../keeper/simulation/demoSettings.ts";
import { openStore } from "../../../keeper/store/openStore.ts";
import { openAnvilChain } from "../execution/chains.ts";
import { executorOf, keeperOn } from "../execution/keeperOn.ts";

const [bitcoin, ether] = [
  { symbol: "WBTC", price: 90_000 },
  { symbol: "WETH", price: 3_000 },
];
const BASE_CEILING = parseGwei("200");

describe("the price of ether", () => {
  it.each([
    { name: "the gas asset's", underlyings: [bitcoin, ether], price: 3_000 },
    { name: "the first underlying's where gas is paid in none of them", underlyings: [bitcoin], price: 90_000 },
    { name: "unknown without underlyings", underlyings: [], price: undefined },
  ])("is $name", ({ underlyings, price }) => {
    expect(etherPriceOf(underlyings, "WETH")).toBe(price);
  });

  it("is the gas asset's of whichever vault of the chain has it, and follows it", () => {
    const price = createEtherPrice("WETH");
    price.observe([bitcoin]);
    expect(price.current()).toBe(90_000);
    price.observe([ether]);
    price.observe([bitcoin]);
    expect(price.current()).toBe(3_000);
    price.observe([{ ...ether, price: 3_100 }]);
    expect(price.current()).toBe(3_100);
  });

  it("lets gas cost no more than the base ceiling before it is known, whatever is at stake", () => {
    const { maxFeePerGas } = executionPolicy(2, createEtherPrice("WETH").current);
    for (const risk of [0, 10, 1e9]) expect(maxFeePerGas(risk, 28_000n)).toBe(BASE_CEILING);
  });

  it("keeps what is recovered before the first snapshot to the base ceiling while the base fee is twice that", async () => {
    const [chain, store] = await Promise.all([openAnvilChain(), openStore({ memory: true })]);
    try {
      const keeper = await keeperOn(chain, store, "recovered ceiling");
      await chain.fund(keeper.account.address, parseEther("10"));
      const before = executorOf(chain, store, keeper.account, { policy: executionPolicy(2, () => 3_000) });
      await before.recover(await chain.mine());
      expect((await before.submit(await keeper.intent({ riskAtStake: 10 }))).status).toBe("sent");
      for (let block = 0; block < 4; block += 1) {
        await chain.request("anvil_setNextBlockBaseFeePerGas", [toHex(parseGwei("400"))]);
        await chain.mine();
      }
      const policy = executionPolicy(2, createEtherPrice("WETH").current);
      const restarted = executorOf(chain, store, keeper.account, { policy });
      expect((await restarted.recover(await chain.head())).map(({ type }) => type)).toContain("replaced");
      expect(restarted.inFlight()[0]?.transaction.attempts.at(-1)?.maxFeePerGas).toBe(BASE_CEILING);
    } finally {
      await store.close();
      await chain.close();
    }
  });
});
