import type { PostedSmile } from "../chain/snapshot.ts";
import { sviVariance } from "../pricing/svi.ts";
import type { Smile } from "../risk/book.ts";

export type PostingPolicy = {
  /** Seconds after which a slice is posted again even if it did not move. */
  readonly refreshSeconds: number;
  /** Vol points (0.01 = one) at the money beyond which a slice is posted at once. */
  readonly moveVol: number;
};

/**
 * Which of the fitted smiles go on-chain now: those never posted, those moved, those grown old.
 * @param fitted by expiry, unix seconds
 * @param notBefore  unix seconds; what was posted earlier is too old whatever the policy says
 */
export function slicesToPost(
  now: number,
  posted: readonly PostedSmile[],
  fitted: ReadonlyMap<number, Smile>,
  policy: PostingPolicy,
  notBefore: number,
): readonly number[] {
  return [...fitted].flatMap(([expiry, smile]) => {
    const last = posted.find((each) => each.expiry === expiry);
    if (last === undefined || last.postedAt < notBefore || now - last.postedAt >= policy.refreshSeconds) return [expiry];
    return Math.abs(atTheMoneyVol(smile) - atTheMoneyVol(last)) > policy.moveVol ? [expiry] : [];
  });
}

/** Vol at the forward. */
export function atTheMoneyVol({ slice }: Smile): number {
  return Math.sqrt(sviVariance(slice, 0));
}
