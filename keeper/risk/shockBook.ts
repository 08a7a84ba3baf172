import type { Book, Smile } from "./book.ts";
import type { Shock } from "./revalue.ts";

/** The same book after a shock; vol times m is variance times m², at every strike alike. */
export function shockBook(book: Book, { spotFactor, volMultiplier, seconds }: Shock): Book {
  const scale = volMultiplier * volMultiplier;
  const smiles = new Map(
    [...book.smiles].map(([expiry, { slice, carry }]): [number, Smile] => [
      expiry,
      { slice: { ...slice, a: slice.a * scale, b: slice.b * scale }, carry },
    ]),
  );
  return { ...book, spot: book.spot * spotFactor, now: book.now + seconds, smiles };
}
