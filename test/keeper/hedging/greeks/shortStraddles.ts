import type { BundleSituation, OptionOffer } from "../../../../keeper/hedging/greeks/planBundle.ts";
import { bookGreeks, legGreeks } from "../../../../keeper/risk/bookGreeks.ts";
import { DAY, flatBook, now } from "../../risk/sampleBook.ts";

export const expiry = now + 7 * DAY;
/** A vault short forty one-week straddles, delta hedged. */
export const straddles = [
  { type: "call", strike: 3000, expiry, size: -40 },
  { type: "put", strike: 3000, expiry, size: -40 },
] as const;
export const hedged = -bookGreeks(flatBook(straddles)).delta;
export const book = flatBook(straddles, { holdings: hedged });

/** Both sides of one option of that expiry, a share of its price apart from it. */
export function offer(type: "call" | "put", strike: number, spread: number, size = 1000): OptionOffer {
  const option = { type, strike, expiry };
  const { price } = legGreeks({ ...option, size: 1 }, book.spot, now, book.smiles.get(expiry));
  const sides = { ask: { price: price * (1 + spread), size }, bid: { price: price * (1 - spread), size } };
  return { name: `${type} ${strike}`, option, ...sides, collateral: strike };
}

export const situation: BundleSituation = {
  book,
  moves: { vol: 0.8, volDeviation: 0.8, correlation: -0.3 },
  riskAversion: 2e-4,
  costs: { fixed: 10, proportional: 1.5, impact: 0.002, carry: 0 },
  optionGas: 5,
  checkEvery: 12 / (365 * 86_400),
  offers: [offer("call", 3000, 0.01), offer("put", 3000, 0.01), offer("call", 3300, 0.01)],
  cash: 1e9,
};
