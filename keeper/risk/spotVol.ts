import { sviVol } from "../pricing/svi.ts";
import type { Book } from "./book.ts";

/** The market's vol of spot over the near term: that at the forward of the first live smile; undefined without one. */
export function spotVol({ now, smiles }: Pick<Book, "now" | "smiles">): number | undefined {
  const first = Math.min(...[...smiles.keys()].filter((expiry) => expiry > now));
  const smile = smiles.get(first);
  return smile === undefined ? undefined : sviVol(smile.slice, 0);
}
