import { describe, expect, it } from "vitest";
import { createRandom } from "../../../keeper/simulation/random.ts";

const count = 50_000;
const draw = (next: () => number) => Array.from({ length: count }, next);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("createRandom", () => {
  it("draws standard normals", () => {
    const values = draw(createRandom(1, "normals").normal);
    expect(Math.abs(mean(values)) * Math.sqrt(count)).toBeLessThan(3);
    expect(Math.abs(mean(values.map((value) => value ** 2)) - 1) * Math.sqrt(count / 2)).toBeLessThan(3);
    expect(Math.abs(mean(values.map((value) => value ** 4)) - 3) * Math.sqrt(count / 96)).toBeLessThan(3);
  });

  it.each([0.01, 0.7, 5])("draws Poisson counts of mean %s", (expected) => {
    const { poisson } = createRandom(2, "counts");
    const values = draw(() => poisson(expected));
    expect(Math.abs(mean(values) - expected) * Math.sqrt(count / expected)).toBeLessThan(3);
    const variance = mean(values.map((value) => (value - expected) ** 2));
    expect(Math.abs(variance - expected) * Math.sqrt(count / (expected + 2 * expected ** 2))).toBeLessThan(3);
  });

  it("gives every name a stream of its own, the same each time", () => {
    const [first, again, other] = [createRandom(7, "a"), createRandom(7, "a"), createRandom(7, "b")];
    const values = draw(first.uniform);
    expect(draw(again.uniform)).toEqual(values);
    const products = draw(other.uniform).map((value, index) => (value - 0.5) * ((values[index] as number) - 0.5) * 12);
    expect(Math.abs(mean(products)) * Math.sqrt(count)).toBeLessThan(3);
  });
});
