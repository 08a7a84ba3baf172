/** Uncentred second moments of a pair of standardised moves. */
export type PairMoments = { readonly ss: number; readonly ff: number; readonly sf: number };

/** Sample second moments of standardised moves, the target of DCC and the correlation of CCC. */
export function pairMoments(zs: Float64Array, zf: Float64Array): PairMoments {
  let [ss, ff, sf] = [0, 0, 0];
  for (let t = 0; t < zs.length; t++) {
    const [s, f] = [zs[t] as number, zf[t] as number];
    ss += s * s;
    ff += f * f;
    sf += s * f;
  }
  return { ss: ss / zs.length, ff: ff / zs.length, sf: sf / zs.length };
}

/**
 * Correlation of every move and of the one to come: Q' = (1−a−b)Q̄ + a·zz' + bQ, ρ = q_sf/√(q_ss·q_ff) (Engle 2002, eq. 24-25). With a = b = 0 it is the
 * constant correlation of Bollerslev (1990).
 * @returns zs.length + 1 correlations, each from earlier moves only
 */
export function conditionalCorrelations(
  zs: Float64Array,
  zf: Float64Array,
  target: PairMoments,
  a: number,
  b: number,
): Float64Array {
  const correlations = new Float64Array(zs.length + 1);
  const kept = 1 - a - b;
  let { ss, ff, sf } = target;
  correlations[0] = sf / Math.sqrt(ss * ff);
  for (let t = 0; t < zs.length; t++) {
    const [s, f] = [zs[t] as number, zf[t] as number];
    ss = kept * target.ss + a * s * s + b * ss;
    ff = kept * target.ff + a * f * f + b * ff;
    sf = kept * target.sf + a * s * f + b * sf;
    correlations[t + 1] = sf / Math.sqrt(ss * ff);
  }
  return correlations;
}

/** What correlation adds to the log-likelihoods of the two sides (Engle 2002, eq. 26). */
export function correlationLikelihood(zs: Float64Array, zf: Float64Array, correlations: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < zs.length; t++) {
    const [s, f, rho] = [zs[t] as number, zf[t] as number, correlations[t] as number];
    const rest = 1 - rho * rho;
    sum -= 0.5 * (Math.log(rest) + (s * s + f * f - 2 * rho * s * f) / rest - s * s - f * f);
  }
  return sum;
}
