import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import { type BlackScholesParameters, blackScholes, type OptionValue } from "../../../keeper/pricing/blackScholes.ts";
import { blackScholesBatch, type OptionColumns, type ValueColumns } from "../../../keeper/pricing/blackScholesBatch.ts";

type Option = BlackScholesParameters & { rate: number; yield: number };
const rows: (Option & OptionValue)[] = JSON.parse(
  readFileSync(new URL("../../reference/black-scholes.json", import.meta.url), "utf8"),
);

function columnsOf(options: readonly Option[]): { options: OptionColumns; values: ValueColumns } {
  const column = (pick: (option: Option) => number) => Float64Array.from(options, pick);
  const empty = () => new Float64Array(options.length).fill(Number.NaN);
  return {
    options: {
      call: Uint8Array.from(options, ({ type }) => (type === "call" ? 1 : 0)),
      spot: column((o) => o.spot),
      strike: column((o) => o.strike),
      years: column((o) => o.years),
      vol: column((o) => o.vol),
      rate: column((o) => o.rate),
      yield: column((o) => o.yield),
    },
    values: { price: empty(), delta: empty(), gamma: empty(), vega: empty(), theta: empty(), rho: empty() },
  };
}

describe("blackScholesBatch", () => {
  it("meets the accuracy contract of the scalar function on every reference row", () => {
    const { options, values } = columnsOf(rows);
    blackScholesBatch(options, values);
    const failed = rows.flatMap((row, i) => {
      const scales = { price: row.spot, delta: 1, gamma: 1 / row.spot, vega: row.spot, theta: row.spot, rho: row.spot };
      return (["price", "delta", "gamma", "vega", "theta", "rho"] as const).filter((name) => {
        const error = Math.abs((values[name][i] ?? Number.NaN) - row[name]);
        const isPriceExact = name !== "price" || error <= 1e-13 * Math.max(row.spot, row.strike);
        return !(isPriceExact && (error <= 1e-9 * Math.abs(row[name]) || error <= 1e-13 * scales[name]));
      });
    });
    expect(failed).toEqual([]);
  });

  it("hands rows at a limit to the scalar function", () => {
    const base = { spot: 110, strike: 100, years: 0.5, vol: 0.6, rate: 0.05, yield: 0.02 };
    const limits = [{ years: 0 }, { vol: 0 }, { spot: 0 }, { strike: 0 }, { years: 0, spot: 100 }, { vol: 1e-9 }].flatMap(
      (limit) => (["call", "put"] as const).map((type) => ({ ...base, ...limit, type })),
    );
    const { options, values } = columnsOf(limits);
    blackScholesBatch(options, values);
    limits.forEach((option, i) => {
      const { price, delta, gamma, vega, theta, rho } = blackScholes(option);
      const batch = [values.price[i], values.delta[i], values.gamma[i], values.vega[i], values.theta[i], values.rho[i]];
      expect(batch).toEqual([price, delta, gamma, vega, theta, rho]);
    });
  });

  it("writes the first rows only, when told so", () => {
    const { options, values } = columnsOf(rows.slice(0, 3));
    blackScholesBatch(options, values, 2);
    expect(values.price[1]).not.toBeNaN();
    expect(values.price[2]).toBeNaN();
  });

  it("refuses short columns and impossible rows", () => {
    const { options, values } = columnsOf(rows.slice(0, 3));
    expect(() => blackScholesBatch(options, { ...values, rho: new Float64Array(2) })).toThrow(InvalidInputError);
    for (const bad of [{ vol: -1 }, { spot: Number.NaN }, { years: -1 }, { strike: Infinity }, { rate: Number.NaN }]) {
      const good: Option = { type: "call", spot: 110, strike: 100, years: 0.5, vol: 0.6, rate: 0.05, yield: 0.02 };
      const wrong = columnsOf([{ ...good, ...bad }]);
      expect(() => blackScholesBatch(wrong.options, wrong.values)).toThrow(InvalidInputError);
    }
  });
});
