import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { keccak256, toBytes } from "viem";

/** One stream of random numbers. */
export type Random = {
  /** In [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Number of events of a Poisson process with this mean. */
  poisson(mean: number): number;
};

/**
 * A stream that depends on the seed and its name only, so that one user drawing more numbers never changes what another one sees.
 * Normals by Box and Muller (1958), Poisson counts by Knuth's product of uniforms.
 */
export function createRandom(seed: number, name: string): Random {
  const digest = keccak256(toBytes(`${seed}/${name}`));
  const words = [0, 1, 2, 3].map((index) => Number.parseInt(digest.slice(2 + index * 8, 10 + index * 8), 16) | 0);
  const generator = xoroshiro128plusFromState(words);
  const uniform = () => uniformFloat64(generator);
  let spare: number | undefined;
  return {
    uniform,
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log1p(-uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    poisson(mean) {
      let count = 0;
      for (let product = uniform(), floor = Math.exp(-mean); product > floor; product *= uniform()) count++;
      return count;
    },
  };
}
