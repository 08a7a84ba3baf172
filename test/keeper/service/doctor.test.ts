import { toFunctionSelector } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createChainClient } from "../../../keeper/chain/endpoints.ts";
import { ChainError, ConfigError, StaleDataError } from "../../../keeper/errors.ts";
import { examine, requireHealthy } from "../../../keeper/service/doctor.ts";
import { castOf } from "../../../keeper/simulation/openWorld.ts";
import { type FaultProxy, openFaultProxy, type RpcCall, type Treatment } from "../../faults/faultProxy.ts";
import { openVaultWorld, type VaultWorld } from "../../faults/vaultWorld.ts";
import { startAnvil } from "../../startAnvil.ts";

let node: Awaited<ReturnType<typeof startAnvil>>;
let world: VaultWorld;
let proxy: FaultProxy;
beforeAll(async () => {
  node = await startAnvil(["--no-mining", "--gas-limit", "60000000", "--threads", "2"]);
  world = await openVaultWorld(node.url);
});
afterAll(() => node.close());

/** The doctor's patient behind a proxy that treats some calls badly. */
async function patient(isHit: (call: RpcCall) => boolean = () => false, treatment: Treatment = "reset") {
  proxy = await openFaultProxy(node.url);
  proxy.inject((call, forward) => (isHit(call) ? treatment : forward(call.method, call.params)));
  const cast = castOf();
  const holders = { keeper: cast.keeper.address, quoter: cast.quoter.address, operator: cast.operator.address };
  const book = world.addresses;
  const client = createChainClient({ urls: [proxy.url], chainId: book.chainId, timeoutMs: 500 });
  return { client, book, holders, now: 0, tryStore: async () => "opens" };
}

const failures: readonly (readonly [string, Treatment])[] = [
  ["is overloaded", { status: 503, body: "overloaded" }],
  ["asks for a pause", { status: 429, body: "slow down" }],
  ["does not answer", "hang"],
  ["breaks off", "reset mid-body"],
  ["has reached its limit", { error: { code: -32005, message: "daily request count exceeded" } }],
  ["has an internal error", { error: { code: -32603, message: "Internal error" } }],
  ["lacks the state", { error: { code: -32000, message: "missing trie node" } }],
];

const callsOf = (signature: string) => {
  const selector = toFunctionSelector(signature);
  return ({ params }: RpcCall) => JSON.stringify(params).includes(selector);
};

describe("a start", () => {
  it("is allowed where everything is in order", async () => {
    await requireHealthy(await patient());
    await proxy.close();
  });

  it.each(failures)("is to be tried again when the node %s", async (_how, treatment) => {
    const findings = await examine(await patient(({ method }) => !/chainId|getCode/.test(method), treatment));
    await proxy.close();
    const problems = findings.flatMap(({ problem }) => problem ?? []);
    // All but the code, which was answered, and the store, which is no matter of the node's.
    expect(problems).toHaveLength(8);
    for (const problem of problems) expect(problem, problem.message).toBeInstanceOf(ChainError);
  });

  it.each(["getCode", "price(address)", "latestRoundData()", "surface()"])(
    "is to be tried again when %s alone is not served",
    async (what) => {
      const isHit = what.endsWith(")") ? callsOf(`function ${what}`) : ({ method }: RpcCall) => method.endsWith(what);
      const started = requireHealthy(await patient(isHit, { status: 503, body: "overloaded" }));
      await expect(started).rejects.toBeInstanceOf(ChainError);
      await proxy.close();
    },
  );

  it.each([
    ["reverts", { error: { code: 3, message: "execution reverted", data: "0x" } }],
    ["reverts by the node's internal error", { error: { code: -32603, message: "VM Exception: reverted without a reason" } }],
    ["ends in an invalid opcode", { error: { code: -32000, message: "invalid opcode: INVALID" } }],
    ["answers nothing", { result: "0x" }],
    ["answers half a word", { result: "0x1234" }],
  ] as const)("is a person's matter when a contract %s", async (_how, treatment) => {
    const started = requireHealthy(await patient(callsOf("function oracle()"), treatment));
    await expect(started).rejects.toThrow(/correct the address book/);
    await expect(started).rejects.toBeInstanceOf(ConfigError);
    await proxy.close();
  });

  it("is to be tried again when a feed is late", async () => {
    const { timestamp } = await world.client.getBlock();
    await world.driver.mine(Number(timestamp) + 7 * 86_400);
    const started = requireHealthy(await patient());
    await expect(started).rejects.toThrow(/its last answer is \d+ s old/);
    await expect(started).rejects.toBeInstanceOf(StaleDataError);
    await proxy.close();
  });
});
