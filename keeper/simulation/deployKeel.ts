import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { network } from "hardhat";
import { type KeelParameters, keelModule } from "../../ignition/modules/Keel.ts";
import type { AddressBook, MarketBook } from "../chain/addressBook.ts";

/** A network with Hardhat's plugins: in-process, or any chain by HTTP. */
export type Connection = Awaited<ReturnType<typeof network.create>>;

/**
 * Deploys Keel by its Ignition module from the connection's first account and returns the address book. Over HTTP Ignition keeps a journal of
 * the deployment in ignition/deployments until it has succeeded.
 * @param market what it stands on
 */
export async function deployKeel(connection: Connection, parameters: KeelParameters, market: MarketBook): Promise<AddressBook> {
  const client = await connection.viem.getPublicClient();
  const [chainId, before] = await Promise.all([client.getChainId(), client.getBlock()]);
  // A development chain starts anew under an old id, and two of them start at one time with one block: the name tells them apart.
  const deploymentId = `chain-${chainId}-${before.hash.slice(2, 14)}-${process.pid}`;
  const config = { requiredConfirmations: 1, blockPollingInterval: connection.networkConfig.type === "http" ? 250 : 1_000 };
  const deployed = await connection.ignition.deploy(keelModule(parameters), { deploymentId, config });
  rmSync(fileURLToPath(new URL(`../../ignition/deployments/${deploymentId}`, import.meta.url)), { recursive: true, force: true });
  const block = await client.getBlockNumber();
  return {
    chainId,
    deployBlock: Number(block),
    contracts: {
      accessManager: deployed.manager.address,
      priceOracle: deployed.oracle.address,
      volSurface: deployed.surface.address,
      riskEngine: deployed.engine.address,
      optionMarket: deployed.market.address,
      vault: deployed.vault.address,
      shareQueue: deployed.queue.address,
      uniswapVenue: deployed.uniswap.address,
      aaveVenue: deployed.aave.address,
    },
    ...market,
  };
}
