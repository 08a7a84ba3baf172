import { readFileSync } from "node:fs";
import peer from "black-scholes";
import peerGreeks from "greeks";
import peerImplied from "implied-volatility";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type BlackScholesParameters, blackScholes, type OptionValue } from "../../keeper/pricing/blackScholes.ts";
import { allocateColumns, blackScholesBatch, type OptionColumns } from "../../keeper/pricing/blackScholesBatch.ts";
import { impliedVol } from "../../keeper/pricing/impliedVol.ts";

type Option = BlackScholesParameters & { rate: number; yield: number };
type Reference = Option & OptionValue;

const SEED = 20_261_121;
const ROUNDS = 31;
const WARM_UP = 3;
const FIVE = ["delta", "gamma", "vega", "theta", "rho"] as const;

const random = xoroshiro128plus(SEED);
const uniform = (low: number, high: number): number => low + (high - low) * uniformFloat64(random);

/** Ordinary listed options; the npm peers know no yield, so half of the comparison runs without one. */
function ordinaryOptions(count: number, withYield: boolean): Option[] {
  return Array.from({ length: count }, (_, i) => {
    const spot = uniform(1000, 4000);
    return {
      type: i % 2 === 0 ? "call" : "put",
      spot,
      strike: spot * uniform(0.6, 1.6),
      years: uniform(0.01, 1),
      vol: uniform(0.2, 1.2),
      rate: uniform(0.01, 0.08),
      yield: withYield ? uniform(0.01, 0.05) : 0,
    };
  });
}

function columnsOf(options: readonly Option[]): OptionColumns {
  const column = (pick: (option: Option) => number): Float64Array => Float64Array.from(options, pick);
  return {
    call: Uint8Array.from(options, (option) => (option.type === "call" ? 1 : 0)),
    spot: column((option) => option.spot),
    strike: column((option) => option.strike),
    years: column((option) => option.years),
    vol: column((option) => option.vol),
    rate: column((option) => option.rate),
    yield: column((option) => option.yield),
  };
}

type Contestant = { count: number; run: () => void };
type Speed = { best: number; median: number; rounds: readonly number[] };

const medianOf = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? NaN;

/**
 * Calls per second of processor time. Every round runs each contestant once, so that a slow spell of a shared machine
 * meets them all; ratios are taken within a round.
 */
function race<Name extends string>(contestants: Record<Name, Contestant>): Record<Name, Speed> {
  const names = Object.keys(contestants) as Name[];
  const rounds = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const name of names) {
      const { count, run } = contestants[name];
      const before = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) rounds[name].push(count / ((user + system) * 1e-6));
    }
  }
  const speedOf = (rates: readonly number[]): Speed => ({ best: Math.max(...rates), median: medianOf(rates), rounds: rates });
  return Object.fromEntries(names.map((name) => [name, speedOf(rounds[name])])) as Record<Name, Speed>;
}

/** Median over the rounds of one contestant's speed over another's in the same round. */
const ratio = (one: Speed, other: Speed): number => medianOf(one.rounds.map((rate, i) => rate / (other.rounds[i] ?? NaN)));

function batch(options: readonly Option[], repeats: number): Contestant {
  const columns = columnsOf(options);
  const values = allocateColumns(options.length).values;
  const run = (): void => {
    for (let i = 0; i < repeats; i++) blackScholesBatch(columns, values);
  };
  return { count: options.length * repeats, run };
}

/** Every result is added here, so that no call can be optimised away. */
let sink = 0;
function each<T>(options: readonly T[], value: (option: T) => number): Contestant {
  const run = (): void => {
    for (const option of options) sink += value(option);
  };
  return { count: options.length, run };
}

const peerPrice = (o: Option): number => peer.blackScholes(o.spot, o.strike, o.years, o.vol, o.rate, o.type);
const peerFive = (o: Option): number[] => [
  peerGreeks.getDelta(o.spot, o.strike, o.years, o.vol, o.rate, o.type),
  peerGreeks.getGamma(o.spot, o.strike, o.years, o.vol, o.rate, o.type),
  100 * peerGreeks.getVega(o.spot, o.strike, o.years, o.vol, o.rate, o.type),
  peerGreeks.getTheta(o.spot, o.strike, o.years, o.vol, o.rate, o.type, 1),
  peerGreeks.getRho(o.spot, o.strike, o.years, o.vol, o.rate, o.type, 1),
];

const references: Reference[] = JSON.parse(
  readFileSync(new URL("../../test/reference/black-scholes.json", import.meta.url), "utf8"),
);
const withoutYield = references.filter((row) => row.yield === 0);

/** Largest error of price, in max(spot, strike), and of the Greeks, in their scale, over the reference rows. */
function worst(rows: readonly Reference[], value: (row: Reference, index: number) => readonly number[]): [string, string] {
  let price = 0;
  let greeks = 0;
  rows.forEach((row, index) => {
    const [ours = 0, ...five] = value(row, index);
    price = Math.max(price, Math.abs(ours - row.price) / Math.max(row.spot, row.strike));
    FIVE.forEach((name, i) => {
      const scale = name === "delta" ? 1 : name === "gamma" ? 1 / row.spot : row.spot;
      const greek = five[i];
      if (greek === undefined) return;
      const error = Math.abs(greek - row[name]);
      greeks = Math.max(greeks, Math.min(error / scale, error / Math.abs(row[name])) || 0);
    });
  });
  return [price.toExponential(1), greeks === 0 ? "" : greeks.toExponential(1)];
}

const million = (rate: number): string => (rate / 1e6).toPrecision(3);
const ordinary = ordinaryOptions(10_000, true);
const plain = ordinaryOptions(10_000, false);
const few = plain.slice(0, 400);

const speeds = race({
  batch: batch(ordinary, 20),
  batchPlain: batch(plain, 20),
  scalar: each(ordinary, (option) => blackScholes(option).price),
  npmPrice: each(few, peerPrice),
  npmFive: each(few, (option) => peerPrice(option) + peerFive(option).reduce((sum, greek) => sum + greek, 0)),
});

const columns = columnsOf(references);
const values = allocateColumns(references.length).values;
blackScholesBatch(columns, values);
const batchError = worst(references, (_, i) => [values.price[i] ?? NaN, ...FIVE.map((name) => values[name][i] ?? NaN)]);
const scalarError = worst(references, (row) => {
  const value = blackScholes(row);
  return [value.price, ...FIVE.map((name) => value[name])];
});
const npmError = worst(withoutYield, (row) => [peerPrice(row), ...peerFive(row)]);

const line = (what: string, speed: Speed, [price, greeks]: [string, string]) => ({
  what,
  "M/s best": million(speed.best),
  "M/s median": million(speed.median),
  "× npm": ratio(speed, speeds.npmPrice).toPrecision(3),
  "price error": price,
  "Greek error": greeks,
});

console.log("Price and five Greeks, one core, processor time. Errors against 60-digit references: price in max(spot, strike),");
console.log("Greeks relative or in their scale, whichever is smaller. × npm: against the price alone from npm black-scholes.\n");
console.table([
  line("blackScholesBatch, rate and yield", speeds.batch, batchError),
  line("blackScholesBatch, rate only", speeds.batchPlain, batchError),
  line("blackScholes, with vanna, volga, charm", speeds.scalar, scalarError),
  line("npm black-scholes, price only", speeds.npmPrice, [npmError[0], ""]),
  line("npm black-scholes + greeks", speeds.npmFive, npmError),
]);

const priced = few.slice(0, 40).map((option) => ({ ...option, price: blackScholes(option).price }));
const vols = priced.map((option) => option.vol);
const ourVol = (option: Option & { price: number }): number => {
  const implied = impliedVol(option);
  return implied.ok ? implied.vol : NaN;
};
const npmVol = (o: Option & { price: number }): number =>
  peerImplied.getImpliedVolatility(o.price, o.spot, o.strike, o.years, o.rate, o.type);
const volError = (solve: (option: Option & { price: number }) => number): string =>
  Math.max(...priced.map((option, i) => Math.abs(solve(option) - (vols[i] ?? NaN)))).toExponential(1);
const many = Array.from({ length: 250 }, () => priced).flat();
const solvers = race({ ours: each(many, ourVol), npm: each(priced, npmVol) });
console.log("\nImplied vol of ordinary options.\n");
console.table([
  { what: "impliedVol", "µs median": (1e6 / solvers.ours.median).toPrecision(3), "vol error": volError(ourVol) },
  { what: "npm implied-volatility", "µs median": (1e6 / solvers.npm.median).toPrecision(3), "vol error": volError(npmVol) },
]);

const isFast = speeds.batch.best >= 6e6 && ratio(speeds.batch, speeds.npmPrice) >= 100;
console.log(
  `\nRequired: 6 M options/s on a core and 100 × npm black-scholes: ${isFast ? "met" : "NOT met"} (checksum ${sink.toExponential(3)}).`,
);
if (!isFast) process.exitCode = 1;
