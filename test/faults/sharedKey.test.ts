import pino from "pino";
import { type Address, keccak256, parseGwei, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessManagerAbi } from "../../keeper/chain/abi.ts";
import { toHead } from "../../keeper/chain/blockSource.ts";
import { createMarketMemory } from "../../keeper/chain/marketMemory.ts";
import { readSnapshot } from "../../keeper/chain/readSnapshot.ts";
import { createExecutor } from "../../keeper/execution/executor.ts";
import { createKeeper } from "../../keeper/service/keeper.ts";
import { createOutlook } from "../../keeper/service/outlook.ts";
import { createSenders } from "../../keeper/service/senders.ts";
import { createRegions } from "../../keeper/service/solveRegions.ts";
import { executionPolicy, outlookSettings, settingsFor } from "../../keeper/simulation/demoSettings.ts";
import { openStage, type Stage } from "./stage.ts";
import { SPOT } from "./vaultWorld.ts";

const log = pino({ level: "silent" });
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it("a vault that reads its block slowly, while another one on its key sees its hedge confirmed, hedges once", async () => {
  const { world, store } = stage;
  const { client, addresses, request } = world;
  const { chainId, contracts } = addresses;
  const account = privateKeyToAccount(keccak256(toHex("key of two vaults")));
  await request("hardhat_setBalance", [account.address, toHex(10n ** 18n)]);
  const [deployer] = world.driver.accounts as [Address];
  await world.write(deployer, contracts.accessManager, accessManagerAbi, "grantRole", [1n, account.address, 0]);
  await world.report(SPOT);
  await stage.mine();

  const policy = executionPolicy(2, () => SPOT);
  const create = () => createExecutor({ publicClient: client, account, store, policy, chainId, log });
  const { senderOf } = createSenders(create, store.journal);
  const [slow, quick] = [senderOf(account, contracts.vault), senderOf(account, "0x00000000000000000000000000000000000000b0")];
  const settings = settingsFor({
    policy: "closed-form",
    events: [],
    riskAversion: 0.0005,
    belief: { kind: "sticky-strike" },
    blockSeconds: 12,
  });
  const regions = createRegions({ wait: false, log });
  const outlooks = createOutlook(outlookSettings);
  const keeper = createKeeper({ addresses, executor: slow, journal: store.journal, settings, outlooks, regions, log });
  const memory = createMarketMemory();
  const read = async () => readSnapshot(client, addresses, toHead(await client.getBlock()), undefined, memory);
  const headOf = ({ block }: Awaited<ReturnType<typeof read>>) => ({ ...block, baseFeePerGas: block.baseFeeWei });
  const mineAt = async (gwei: string) => {
    await request("anvil_setNextBlockBaseFeePerGas", [toHex(parseGwei(gwei))]);
    await stage.mine();
    return read();
  };

  const unhedged = await mineAt("1");
  await slow.recover(headOf(unhedged));
  expect((await keeper.onSnapshot(unhedged, new Map())).submission?.status).toBe("sent");
  // Too dear for the hedge: this block does not hold it.
  const stale = await mineAt("10");
  for (let block = 0; block < 3; block += 1) await quick.onBlock(headOf(await mineAt("1")));
  expect(await stage.rebalances()).toHaveLength(1);
  const error = await world.hedgeError();

  const { events, submission, decision } = await keeper.onSnapshot(stale, new Map());
  expect(events.map(({ type }) => type)).toContain("confirmed");
  expect(decision?.verdict).toBe("hedge");
  expect(submission?.status).toBe("refused");
  const { submission: next } = await keeper.onSnapshot(await mineAt("1"), new Map());
  expect(next).toBeUndefined();
  await mineAt("1");
  expect(await stage.rebalances()).toHaveLength(1);
  expect(await world.hedgeError()).toBeCloseTo(error, 3);
  await regions.close();
});
