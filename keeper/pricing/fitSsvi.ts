import { InvalidInputError } from "../errors.ts";
import { leastSquares, type Residuals } from "./leastSquares.ts";
import type { ExpirySmile } from "./smileQuote.ts";
import { type Ssvi, ssviLargestEta, ssviSlice, ssviTotalVariance } from "./ssvi.ts";
import type { SviSlice } from "./svi.ts";

/** One SSVI surface over all expiries: total variance at the money of each, and their slices. */
export type FittedSsvi = { readonly ssvi: Ssvi; readonly thetas: readonly number[]; readonly slices: readonly SviSlice[] };

/** η and γ are held this far inside their bounds. */
const INSIDE = 0.98;

/**
 * The SSVI surface nearest to all quotes, with ρ, η and γ common to all expiries and θ increasing, in coordinates in which no
 * point has static arbitrage: 0 < γ < ½, η²(1+|ρ|) < 4, θ built of positive increments. Three numbers and a level per expiry,
 * so an expiry with a single quote, or none, still gets its smile from the others.
 * @param smiles in increasing time to expiry
 * @throws InvalidInputError when no expiry is quoted
 */
export function fitSsvi(smiles: readonly ExpirySmile[]): FittedSsvi {
  const first = firstThetas(smiles);
  const increments = first.map((theta, i) => Math.log(Math.max(theta - (first[i - 1] ?? 0), 1e-3 * theta)));
  const weights = smiles.map(({ quotes }) => quotes.reduce((sum, q) => sum + q.weight, 0));
  // A whisper towards the first guess settles the level of an expiry nobody quotes.
  const count = smiles.reduce((sum, { quotes }) => sum + quotes.length, 0) + smiles.length;
  const residuals: Residuals = (coordinates, out) => {
    const ssvi = ssviAt(coordinates);
    let next = 0;
    let theta = 0;
    for (const [i, { quotes, years }] of smiles.entries()) {
      theta += Math.exp(coordinates[3 + i] as number);
      for (const { k, vol, weight } of quotes) {
        const fitted = Math.sqrt(ssviTotalVariance(ssvi, theta, k) / years);
        out[next++] = Math.sqrt(weight / (weights[i] as number)) * (fitted - vol);
      }
      out[next++] = 1e-4 * ((coordinates[3 + i] as number) - (increments[i] as number));
    }
  };
  const n = 3 + smiles.length;
  const lowest = Array.from({ length: n }, (_, i) => (i < 3 ? -6 : -40));
  const highest = Array.from({ length: n }, () => 6);
  const solution = leastSquares({ residuals, count, start: [-0.2, 0, 1, ...increments], lowest, highest, iterations: 60 });
  const ssvi = ssviAt(solution);
  let sum = 0;
  const thetas = smiles.map((_, i) => (sum += Math.exp(solution[3 + i] as number)));
  return { ssvi, thetas, slices: smiles.map(({ years }, i) => ssviSlice(ssvi, thetas[i] as number, years)) };
}

function ssviAt(coordinates: ArrayLike<number>): Ssvi {
  const rho = 0.999 * Math.tanh(coordinates[0] as number);
  return {
    rho,
    eta: INSIDE * ssviLargestEta(rho) * logistic(coordinates[1] as number),
    gamma: 0.5 * INSIDE * logistic(coordinates[2] as number),
  };
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Total variance of the quote nearest the money of each expiry; an expiry without quotes takes the vol of its neighbour. */
function firstThetas(smiles: readonly ExpirySmile[]): number[] {
  const vols = smiles.map(({ quotes }) => {
    const nearest = quotes.reduce<(typeof quotes)[number] | undefined>(
      (best, q) => (best === undefined || Math.abs(q.k) < Math.abs(best.k) ? q : best),
      undefined,
    );
    return nearest?.vol;
  });
  const quoted = vols.filter((vol) => vol !== undefined);
  if (quoted.length === 0) throw new InvalidInputError("A surface needs at least one quoted expiry", { expiries: smiles.length });
  return smiles.map(({ years }, i) => {
    const vol = vols[i] ?? vols.slice(0, i).findLast((v) => v !== undefined) ?? (quoted[0] as number);
    return vol * vol * years;
  });
}
