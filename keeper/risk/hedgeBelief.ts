import type { HestonModel } from "../pricing/hestonExponent.ts";
import type { MinimumVarianceCoefficients } from "../pricing/minimumVarianceDelta.ts";
import { type DeltaModel, hedgeDelta } from "../pricing/smileDelta.ts";
import { sviPoint } from "../pricing/svi.ts";
import { type Book, type OptionLeg, type Smile, YEAR_SECONDS } from "./book.ts";
import { bookGreeks } from "./bookGreeks.ts";

/** How vol is believed to follow spot, as one chooses it; what a `DeltaModel` needs besides comes from the posted surface. */
export type HedgeBelief =
  | { readonly kind: "sticky-strike" | "sticky-moneyness" | "heston" | "heston-minimum-variance" }
  | ({ readonly kind: "minimum-variance" } & MinimumVarianceCoefficients);

/**
 * delta − target of a book under a belief, units. Sticky strike gives the delta the guard measures.
 * @param model  asked for Heston beliefs only, and only when an option is live
 * @throws StaleDataError when a live leg has no smile; as hedgeDelta
 */
export function hedgeErrorUnder(belief: HedgeBelief, book: Book, model: () => HestonModel): number {
  const { hedgeError } = bookGreeks(book);
  if (belief.kind === "sticky-strike") return hedgeError;
  let shift = 0;
  for (const leg of book.legs) {
    const smile = book.smiles.get(leg.expiry);
    if (leg.expiry <= book.now || smile === undefined) continue;
    shift += leg.size * shiftOf(belief, leg, smile, book, model);
  }
  return hedgeError + shift;
}

/** What the belief adds to the sticky-strike delta of one option. */
function shiftOf(
  belief: HedgeBelief,
  { type, strike, expiry }: OptionLeg,
  { slice, carry }: Smile,
  { spot, now }: Book,
  model: () => HestonModel,
): number {
  const years = (expiry - now) / YEAR_SECONDS;
  const forward = spot * Math.exp(carry * years);
  const { variance, slope } = sviPoint(slice, Math.log(strike / forward));
  const vol = Math.sqrt(variance);
  const option = { type, spot, strike, years, vol, rate: 0, yield: -carry };
  return (
    hedgeDelta(deltaModel(belief, slope / (2 * vol * strike), model), option) - hedgeDelta({ kind: "sticky-strike" }, option)
  );
}

function deltaModel(belief: HedgeBelief, slope: number, model: () => HestonModel): DeltaModel {
  switch (belief.kind) {
    case "sticky-strike":
      return { kind: belief.kind };
    case "minimum-variance":
      return belief;
    case "sticky-moneyness":
      return { kind: belief.kind, slope: () => slope };
    case "heston":
    case "heston-minimum-variance":
      return { kind: belief.kind, model: model() };
  }
}
