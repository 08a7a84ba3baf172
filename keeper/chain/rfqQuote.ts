import type { Address, Hex, LocalAccount, TypedDataDomain } from "viem";

/** An RFQ quote as the market's EIP-712 struct; price in quote token units per whole option, size in 1e-6 options. */
export type RfqQuote = {
  readonly maker: Address;
  /** Zero address = anyone may fill it. */
  readonly taker: Address;
  readonly series: bigint;
  readonly makerSells: boolean;
  readonly price: bigint;
  readonly size: bigint;
  readonly nonce: bigint;
  /** Unix seconds. */
  readonly deadline: bigint;
};

const rfqQuoteTypes = {
  Quote: [
    { name: "maker", type: "address" },
    { name: "taker", type: "address" },
    { name: "series", type: "uint256" },
    { name: "makerSells", type: "bool" },
    { name: "price", type: "uint256" },
    { name: "size", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
} as const;

/** The EIP-712 domain of one option market. */
function rfqDomain(chainId: number, market: Address): TypedDataDomain {
  return { name: "Keel OptionMarket", version: "1", chainId, verifyingContract: market };
}

/** Signs an RFQ quote for one market on one chain. */
export function signRfqQuote(account: LocalAccount, chainId: number, market: Address, quote: RfqQuote): Promise<Hex> {
  return account.signTypedData({
    domain: rfqDomain(chainId, market),
    types: rfqQuoteTypes,
    primaryType: "Quote",
    message: quote,
  });
}
