import { network } from "hardhat";
import type { KeelParameters } from "../../ignition/modules/Keel.ts";
import { keelModule } from "../../ignition/modules/Keel.ts";
import type { AddressBook } from "../chain/addressBook.ts";

/** An in-process network with Hardhat's plugins. */
export type Connection = Awaited<ReturnType<typeof network.create>>;

export type ExternalAddresses = Pick<AddressBook, "quote" | "underlyings" | "multicall3" | "aavePool">;

/**
 * Deploys Keel by its Ignition module from the connection's first account and returns the address book.
 * @param external the market it stands on
 */
export async function deployKeel(connection: Connection, parameters: KeelParameters, external: ExternalAddresses): Promise<AddressBook> {
  const client = await connection.viem.getPublicClient();
  const deployed = await connection.ignition.deploy(keelModule(parameters));
  const [chainId, block] = await Promise.all([client.getChainId(), client.getBlockNumber()]);
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
    ...external,
  };
}
