/** Delta of the options less its target, and units held against it. */
export type CoverSituation = { readonly exposure: number; readonly held: number; readonly coverRatio: number };

/**
 * Units to trade so that at least `coverRatio` of the exposure is covered, whatever the costs; 0 when it already is. It only ever moves the
 * holding towards cover: what covers more than asked is left to the no-trade region.
 */
export function emergencyCover({ exposure, held, coverRatio }: CoverSituation): number {
  const wanted = -coverRatio * exposure;
  const missing = wanted - held;
  return coverRatio > 0 && missing * exposure < 0 ? missing : 0;
}
