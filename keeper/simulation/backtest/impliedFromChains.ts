import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type OptionChain, readChain } from "../../desk/readChain.ts";
import { InvalidInputError } from "../../errors.ts";
import { smilePoints } from "../../pricing/smileQuote.ts";

/** A chain says nothing of a market so much later. */
const STALE_SECONDS = 7 * 86_400;

type Observation = { readonly time: number; readonly vol: number };

/**
 * At-the-money vols of options of one life, from a folder of Deribit-style chains (.csv or .csv.gz), by their marks.
 * @param years  life of the options wanted
 * @returns the vol of the last chain at or before a moment (unix seconds); undefined where there is none of the week before
 * @throws InvalidInputError when the folder cannot be read or holds no chain of the currency with quotes
 */
export async function impliedFromChains(
  folder: string,
  currency: string,
  years: number,
): Promise<(time: number) => number | undefined> {
  const files = await filesIn(folder);
  const observations: Observation[] = [];
  for (const file of files) {
    const chain = await readChain(join(folder, file), currency);
    const vol = atTheMoney(chain, years);
    if (vol !== undefined) observations.push({ time: chain.observedAt, vol });
  }
  if (observations.length === 0)
    throw new InvalidInputError(`${folder} holds no chain with quotes on ${currency}: give a folder of option chains`, {
      folder,
    });
  observations.sort((one, other) => one.time - other.time);
  return (time) => {
    const last = observations.findLast((each) => each.time <= time);
    return last !== undefined && time - last.time <= STALE_SECONDS ? last.vol : undefined;
  };
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => /\.csv(\.gz)?$/.test(name)).sort();
  } catch (cause) {
    throw new InvalidInputError(`${folder}: cannot be read; name a folder of option chains`, { folder }, { cause });
  }
}

/** Total variance at the forward in a straight line between the two expiries around a life; the vol of the nearest expiry beyond them. */
function atTheMoney({ expiries }: OptionChain, years: number): number | undefined {
  const known = expiries.flatMap((expiry) => {
    const vol = atForward(smilePoints(expiry.options, expiry.forward, expiry.years, "mark"));
    return vol === undefined ? [] : [{ years: expiry.years, variance: vol * vol * expiry.years }];
  });
  const after = known.find((each) => each.years >= years);
  const before = known.findLast((each) => each.years < years);
  const edge = after ?? before;
  if (edge === undefined) return undefined;
  if (after === undefined || before === undefined) return Math.sqrt(edge.variance / edge.years);
  const part = (years - before.years) / (after.years - before.years);
  return Math.sqrt((before.variance + part * (after.variance - before.variance)) / years);
}

/** Vol at k = 0 in a straight line between the strikes around the forward. @param points  in increasing strike */
function atForward(points: readonly { readonly k: number; readonly vol: number }[]): number | undefined {
  const above = points.find(({ k }) => k >= 0);
  const below = points.findLast(({ k }) => k < 0);
  if (above === undefined || below === undefined) return undefined;
  return below.vol + ((above.vol - below.vol) * -below.k) / (above.k - below.k);
}
