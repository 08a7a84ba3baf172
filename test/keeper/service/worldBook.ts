import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import type { VaultWithBook } from "../../contracts/vaultWithBook.ts";

/** The address book of a world that was deployed piece by piece. */
export function worldBook({ addresses: market, ...world }: VaultWithBook): AddressBook {
  const { USDC, WETH } = market.tokens;
  return {
    chainId: world.chainId,
    deployBlock: 1,
    contracts: {
      accessManager: world.manager.address,
      priceOracle: world.oracle.address,
      volSurface: world.surface.address,
      riskEngine: world.engine.address,
      optionMarket: world.market.address,
      vault: world.vault.address,
      shareQueue: world.queue.address,
      uniswapVenue: world.uniswap.address,
      aaveVenue: world.aave.address,
    },
    quote: { address: USDC.address, symbol: "USDC", decimals: 6, feed: USDC.feed.proxy },
    underlyings: [
      {
        address: WETH.address,
        symbol: "WETH",
        decimals: 18,
        feed: WETH.feed.proxy,
        pools: [{ address: world.wethPool.address, fee: 500 }],
      },
    ],
    multicall3: market.multicall3,
    uniswapFactory: market.uniswap.factory,
    aavePool: market.aave.pool,
    aaveAddressesProvider: market.aave.addressesProvider,
  };
}
