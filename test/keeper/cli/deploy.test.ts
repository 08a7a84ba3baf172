import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPublicClient, http } from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessManagerAbi } from "../../../keeper/chain/abi.ts";
import { readAddressBook } from "../../../keeper/chain/addressBook.ts";
import { type ServedChain, serveChain } from "../../../keeper/simulation/market/serveChain.ts";
import { keel } from "../service/runningDevnet.ts";

let chain: ServedChain;
beforeAll(async () => {
  chain = await serveChain();
});
afterAll(() => chain.close());

describe("keel deploy --create-missing", () => {
  it("makes a market with a key of its own on a bare chain and deploys a vault on it that can be looked at", async () => {
    const [deployer, keeper] = [generatePrivateKey(), generatePrivateKey()];
    const from = privateKeyToAddress(deployer);
    // A thousandth of a market and the gas: no more than a person may have.
    await chain.provider.request({ method: "hardhat_setBalance", params: [from, `0x${(50n * 10n ** 18n).toString(16)}`] });
    const addresses = join(await mkdtemp(join(tmpdir(), "deploy-")), "addresses.json");
    const environment = {
      KEEL_RPC_URL: chain.url,
      KEEL_ADDRESSES: addresses,
      KEEL_DEPLOYER_PRIVATE_KEY: deployer,
      KEEL_PRIVATE_KEY: keeper,
    };
    const deployed = await keel(["deploy", "--create-missing", "--seed-share", "0.001"], environment);
    expect(deployed.stderr).toBe("");
    expect(deployed.code).toBe(0);

    const { contracts } = readAddressBook(addresses);
    const client = createPublicClient({ transport: http(chain.url) });
    const manager = { address: contracts.accessManager, abi: accessManagerAbi, functionName: "hasRole" } as const;
    const [isKeeper] = await client.readContract({ ...manager, args: [1n, privateKeyToAddress(keeper)] });
    expect(isKeeper).toBe(true);

    const status = await keel(["status", "--json"], environment);
    const { underlyings, equity } = JSON.parse(status.stdout);
    expect(equity).toBe(0);
    expect(underlyings.map(({ price }: { price: number }) => price)).toEqual([3000, 90_000]);
  });
});
