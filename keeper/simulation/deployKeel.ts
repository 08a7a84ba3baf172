import type { network } from "hardhat";
import { type KeelParameters, keelModule } from "../../ignition/modules/Keel.ts";
import type { AddressBook, MarketBook } from "../chain/addressBook.ts";

/** A network with Hardhat's plugins: in-process, or any chain by HTTP. */
export type Connection = Awaited<ReturnType<typeof network.create>>;

/**
 * Deploys Keel by its Ignition module from the connection's first account and returns the address book.
 * @param market what it stands on
 */
export async function deployKeel(connection: Connection, parameters: KeelParameters, market: MarketBook): Promise<AddressBook> {
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
    ...market,
  };
}
