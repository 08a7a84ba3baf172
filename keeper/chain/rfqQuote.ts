import {
  type Address,
  type Hex,
  isAddress,
  isAddressEqual,
  isHex,
  type LocalAccount,
  recoverTypedDataAddress,
  type TypedDataDomain,
} from "viem";
import { z } from "zod";

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

/** A quote whose maker stands by it until its deadline. */
export type SignedRfqQuote = { readonly quote: RfqQuote; readonly signature: Hex };

const address = z.custom<Address>((value) => typeof value === "string" && isAddress(value, { strict: false }));
const whole = z
  .string()
  .regex(/^\d{1,78}$/)
  .transform(BigInt);

/** A signed quote as it travels: bigints as decimal text. */
export const signedRfqQuoteSchema = z.object({
  quote: z.object({
    maker: address,
    taker: address,
    series: whole,
    makerSells: z.boolean(),
    price: whole,
    size: whole,
    nonce: whole,
    deadline: whole,
  }),
  signature: z.custom<Hex>((value) => isHex(value)),
});

/** A quote ready for JSON. */
export function rfqQuoteText(quote: RfqQuote) {
  const { series, price, size, nonce, deadline, ...rest } = quote;
  const texts = { series: `${series}`, price: `${price}`, size: `${size}`, nonce: `${nonce}`, deadline: `${deadline}` };
  return { ...rest, ...texts };
}

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

/** Whether the maker's own key signed it; a maker that is a contract signs otherwise. */
export async function isSignedByMaker(chainId: number, market: Address, { quote, signature }: SignedRfqQuote): Promise<boolean> {
  try {
    const domain = rfqDomain(chainId, market);
    const signer = await recoverTypedDataAddress({
      domain,
      types: rfqQuoteTypes,
      primaryType: "Quote",
      message: quote,
      signature,
    });
    return isAddressEqual(signer, quote.maker);
  } catch {
    // What is no signature at all recovers to nobody.
    return false;
  }
}
