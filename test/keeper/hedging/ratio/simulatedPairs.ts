import { createRandom } from "../../../../keeper/simulation/random.ts";

const SEED = 20_261_121;

export type Pair = { readonly spot: Float64Array; readonly future: Float64Array };

/** Normal moves whose true ratio is `ratio`. */
export function linearPair(name: string, count: number, ratio: number, noise: number): Pair {
  const random = createRandom(SEED, name);
  const future = Float64Array.from({ length: count }, () => 0.02 * random.normal());
  return { future, spot: future.map((f) => 0.0003 + ratio * f + noise * random.normal()) };
}

/** GARCH(1,1) values. */
export function garchSeries(
  name: string,
  count: number,
  [mu, omega, alpha, beta]: readonly [number, number, number, number],
): Float64Array {
  const random = createRandom(SEED, name);
  let h = omega / (1 - alpha - beta);
  return Float64Array.from({ length: count }, () => {
    const e = Math.sqrt(h) * random.normal();
    h = omega + alpha * e * e + beta * h;
    return mu + e;
  });
}

export type DccTruth = {
  readonly garch: readonly [omega: number, alpha: number, beta: number];
  readonly rho: number;
  readonly a: number;
  readonly b: number;
};

/** A pair with Engle's (2002) dynamic correlation, both sides of one GARCH. */
export function dccPair(name: string, count: number, { garch: [omega, alpha, beta], rho, a, b }: DccTruth): Pair {
  const random = createRandom(SEED, name);
  const [spot, future] = [new Float64Array(count), new Float64Array(count)];
  let [hs, hf] = [omega / (1 - alpha - beta), omega / (1 - alpha - beta)];
  let [qss, qff, qsf] = [1, 1, rho];
  for (let t = 0; t < count; t++) {
    const correlation = qsf / Math.sqrt(qss * qff);
    const zf = random.normal();
    const zs = correlation * zf + Math.sqrt(1 - correlation * correlation) * random.normal();
    [spot[t], future[t]] = [Math.sqrt(hs) * zs, Math.sqrt(hf) * zf];
    hs = omega + hs * (alpha * zs * zs + beta);
    hf = omega + hf * (alpha * zf * zf + beta);
    qss = 1 - a - b + a * zs * zs + b * qss;
    qff = 1 - a - b + a * zf * zf + b * qff;
    qsf = (1 - a - b) * rho + a * zs * zf + b * qsf;
  }
  return { spot, future };
}

/** Log prices of a future that walks and a spot drawn to a multiple of it at `speed` a step. */
export function cointegratedPair(name: string, count: number, slope: number, speed: number): Pair {
  const random = createRandom(SEED, name);
  const [spot, future] = [new Float64Array(count), new Float64Array(count)];
  let [s, f] = [4, 4 / slope];
  for (let t = 0; t < count; t++) {
    const shock = 0.01 * random.normal();
    s += -speed * (s - slope * f) + 0.8 * shock + 0.004 * random.normal();
    f += shock;
    [spot[t], future[t]] = [s, f];
  }
  return { spot, future };
}
