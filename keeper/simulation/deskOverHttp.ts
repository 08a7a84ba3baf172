import { z } from "zod";
import { signedRfqQuoteSchema } from "../chain/rfqQuote.ts";
import type { AskQuote, OfferedSeries } from "./market/optionBuyers.ts";
import { fillData, type Stage } from "./participants.ts";

const offersSchema = z.object({
  offers: z.array(
    z.object({
      symbol: z.enum(["WETH", "WBTC"]),
      type: z.enum(["call", "put"]),
      strike: z.number(),
      expiry: z.number(),
      size: z.number(),
    }),
  ),
});
const signedSchema = signedRfqQuoteSchema.extend({ price: z.number() });

const FILL_GAS = 1_500_000n;
const TIMEOUT_MS = 2_000;

/** The keeper's desk as a buyer reaches it: nothing is on sale while nobody answers. */
export function deskOverHttp(base: string, { market, addresses, cast }: Stage) {
  /** The JSON of a good answer; undefined when there is none. */
  async function fetchJson(path: string, body?: object): Promise<unknown> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const post = body && { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const response = await fetch(`${base}${path}`, { signal, ...post }).catch(() => undefined);
    return response?.ok ? response.json() : undefined;
  }

  const ask: AskQuote = async ({ underlying, type, strike, expiry, size }) => {
    const parsed = signedSchema.safeParse(await fetchJson("/rfq", { symbol: underlying, type, strike, expiry, size }));
    if (!parsed.success) return undefined;
    const { quote, signature, price } = parsed.data;
    const data = fillData({ quote, signature });
    return {
      price,
      async take() {
        const sender = { from: cast.buyer.address, gas: FILL_GAS, mayRevert: true };
        await market.driver.send(sender, addresses.contracts.vault, data, `fill of ${underlying} ${strike} ${type}`);
      },
    };
  };

  return {
    ask,
    async offers(): Promise<readonly OfferedSeries[]> {
      const parsed = offersSchema.safeParse(await fetchJson("/offers"));
      return parsed.success ? parsed.data.offers.map(({ symbol, ...offer }) => ({ ...offer, underlying: symbol })) : [];
    },
  };
}
