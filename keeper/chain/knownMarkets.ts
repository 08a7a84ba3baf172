import type { MarketBook } from "./addressBook.ts";

/** Ethereum mainnet: Uniswap v3, Aave v3 and Chainlink's USD feeds, from their own published address lists. */
const ethereum: MarketBook = {
  quote: {
    address: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
    symbol: "USDC",
    decimals: 6,
    feed: "0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6",
  },
  underlyings: [
    {
      address: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
      symbol: "WETH",
      decimals: 18,
      feed: "0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419",
      pools: [
        { address: "0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640", fee: 500 },
        { address: "0x8ad599c3A0ff1De082011EFDDc58f1908eb6e6D8", fee: 3_000 },
      ],
    },
    {
      address: "0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599",
      symbol: "WBTC",
      decimals: 8,
      feed: "0xF4030086522a5bEEa4988F8cA5B36dbC97BeE88c",
      pools: [
        { address: "0x99ac8cA7087fA4A2A1FB6357269965A2014ABc35", fee: 3_000 },
        { address: "0x9a772018FbD77fcD2d25657e5C547BAfF3Fd7D16", fee: 500 },
      ],
    },
  ],
  multicall3: "0xcA11bde05977b3631167028862bE2a173976CA11",
  uniswapFactory: "0x1F98431c8aD98523631AE4a59f267346ea31F984",
  aavePool: "0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2",
  aaveAddressesProvider: "0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e",
};

/** Markets Keel knows by chain id. */
export const knownMarkets: ReadonlyMap<number, MarketBook> = new Map([[1, ethereum]]);
