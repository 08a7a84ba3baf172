import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Normals by the polar method (Marsaglia and Bray 1964), Poisson counts by Knuth's product. */
export function polarRandom(seed: number) {
  const generator = xoroshiro128plus(seed);
  // State lives in arrays: captured numbers would be boxed at every draw.
  const spare = new Float64Array(1);
  const hasSpare = new Uint8Array(1);
  return {
    normal(): number {
      if (hasSpare[0] === 1) {
        hasSpare[0] = 0;
        return spare[0] as number;
      }
      for (;;) {
        const u = generator.next() / 2 ** 31;
        const v = generator.next() / 2 ** 31;
        const square = u * u + v * v;
        if (square >= 1 || square === 0) continue;
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        spare[0] = u * factor;
        hasSpare[0] = 1;
        return v * factor;
      }
    },
    poisson(mean: number): number {
      const uniform = () => (generator.next() >>> 0) / 2 ** 32;
      let count = 0;
      for (let product = uniform(); product > Math.exp(-mean); product *= uniform()) count++;
      return count;
    },
  };
}
