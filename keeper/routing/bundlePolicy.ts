import type { Snapshot } from "../chain/snapshot.ts";
import type { BundlePolicy } from "./hedgeBundle.ts";

type BundleLimits = Pick<Snapshot, "premiumBand" | "maxBorrowRate" | "healthFloor" | "minCash">;

/**
 * What a bundle is planned with: the vault's own limits, kept clear of by as much as price, rates, health and cash may move until it is in its
 * block. A third of the price band is left for the oracle, which may report in between.
 */
export function bundlePolicy({ premiumBand, maxBorrowRate, healthFloor, minCash }: BundleLimits): BundlePolicy {
  return {
    priceBand: (2 * premiumBand.oracle) / 3,
    maxBorrowRate: 0.8 * maxBorrowRate,
    targetHealth: 1.28 * healthFloor,
    minimumCash: 2 * minCash,
  };
}
