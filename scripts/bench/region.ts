import { readFileSync } from "node:fs";
import { closedFormRegion } from "../../keeper/hedging/closedFormRegion.ts";
import { stationaryBand } from "../../keeper/hedging/noTradeRegion.ts";
import { optimalRegion } from "../../keeper/hedging/optimalRegion.ts";
import { lookUpRegion } from "../../keeper/hedging/regionLookup.ts";
import type { RegionProblem } from "../../keeper/hedging/regionProblem.ts";
import { blackScholes } from "../../keeper/pricing/blackScholes.ts";
import { buildTree, type HedgingProblem, hedgingCost, type Policy } from "../../test/keeper/hedging/hedgingCost.ts";
import { someBooks } from "../../test/keeper/hedging/someBooks.ts";

type NamedProblem = HedgingProblem & { readonly name: string };
const references: NamedProblem[] = JSON.parse(
  readFileSync(new URL("../../test/reference/hedging-cost.json", import.meta.url), "utf8"),
);

const GRID = { holdings: 500, deviations: 5 };
const ROUNDS = 15;
const LOOK_UPS = 2_000_000;
const FIXED_BAND = 0.1;

const lastExpiry = ({ positions }: HedgingProblem) => Math.max(...positions.map(({ years }) => years));
const watched = (problem: HedgingProblem, steps: number): RegionProblem => ({
  ...problem,
  checkEvery: lastExpiry(problem) / steps,
});

const scratch = new Float64Array(5);
const bounds = (): readonly [number, number, number, number] => [
  scratch[0] ?? NaN,
  scratch[1] ?? NaN,
  scratch[2] ?? NaN,
  scratch[3] ?? NaN,
];
const closedForm =
  (problem: RegionProblem): Policy =>
  (elapsed, spot) => {
    closedFormRegion(problem, elapsed, spot, scratch);
    return bounds();
  };
const optimal = (problem: RegionProblem): Policy => {
  const solution = optimalRegion(problem);
  const elsewhere = closedForm(problem);
  return (elapsed, spot) => (lookUpRegion(solution, elapsed, spot, scratch) ? bounds() : elsewhere(elapsed, spot));
};

/** A band of the same width on either side of the Black-Scholes delta, traded to its edge or to its middle. */
const bandAround =
  (problem: RegionProblem, width: (elapsed: number, spot: number, gamma: number) => number, isToEdge: boolean): Policy =>
  (elapsed, spot) => {
    let ideal = 0;
    let gamma = 0;
    for (const { type, strike, years, size } of problem.positions) {
      if (years - elapsed < (problem.checkEvery ?? 0) / 2) continue;
      const greeks = blackScholes({ type, spot, strike, years: years - elapsed, vol: problem.vol });
      ideal -= size * greeks.delta;
      gamma += size * greeks.gamma;
    }
    const w = width(elapsed, spot, gamma);
    const target = isToEdge ? w : 0;
    return [ideal - w, ideal - target, ideal + target, ideal + w];
  };
const whalleyWilmott = (problem: RegionProblem): Policy => {
  const { vol, riskAversion } = problem;
  const width = (_: number, spot: number, gamma: number) => {
    const costs = { fixed: 0, proportional: problem.costs.proportional * spot, impact: 0, carry: 0 };
    return stationaryBand({ spot, vol, gamma, years: 1, riskAversion, costs }).trigger;
  };
  return bandAround(problem, width, true);
};
const fixedBand = (problem: RegionProblem): Policy => {
  const gross = problem.positions.reduce((sum, { size }) => sum + Math.abs(size), 0);
  return bandAround(problem, () => FIXED_BAND * gross, false);
};

function ratios(problem: NamedProblem, steps: number) {
  const options = { ...GRID, steps };
  const tree = buildTree(problem, options);
  const best = hedgingCost(problem, options, undefined, tree);
  const cost = (policy: (problem: RegionProblem) => Policy) =>
    hedgingCost(problem, options, policy(watched(problem, steps)), tree) / best;
  return {
    book: problem.name,
    looks: steps,
    optimum: best.toFixed(2),
    optimal: cost(optimal),
    "closed form": cost(closedForm),
    "Whalley-Wilmott": cost(whalleyWilmott),
    "fixed band": cost(fixedBand),
  };
}

const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
const medianOf = (numbers: readonly number[]) => sorted(numbers)[numbers.length >> 1] ?? NaN;

console.log("Hedging cost as a multiple of the optimum, exact on a binomial tree of so many looks.\n");
const rows = [240, 300].flatMap((steps) => references.map((problem) => ({ ...ratios(problem, steps), isReference: true })));
const others = someBooks.map((problem) => ({ ...ratios(problem, 240), isReference: false }));
const print = (value: number | string | boolean) => (typeof value === "number" && value < 1e3 ? Number(value.toFixed(4)) : value);
console.table(
  [...rows, ...others].map(({ isReference: _, looks, ...row }) => ({
    ...Object.fromEntries(Object.entries(row).map(([key, value]) => [key, print(value)])),
    looks,
  })),
);

for (const problem of references) optimalRegion(watched(problem, 240));
const times: number[] = [];
let bytes = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  for (const problem of [...references, ...someBooks]) {
    const before = process.cpuUsage();
    bytes = Math.max(bytes, optimalRegion(watched(problem, 240)).values.byteLength);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
}
const [median, worst] = [medianOf(times), sorted(times).at(-1) ?? NaN];

const [first] = references;
let rate = 0;
let checksum = 0;
if (first !== undefined) {
  const solution = optimalRegion(watched(first, 240));
  const life = lastExpiry(first);
  for (let round = 0; round < 5; round += 1) {
    const before = process.cpuUsage();
    for (let i = 0; i < LOOK_UPS; i += 1) {
      const reached = lookUpRegion(solution, ((i % 997) / 1000) * life, first.spot * (0.95 + (i % 101) / 1000), scratch);
      if (reached) checksum += scratch[0] ?? 0;
    }
    const { user, system } = process.cpuUsage(before);
    rate = Math.max(rate, LOOK_UPS / ((user + system) * 1e-6));
  }
}
console.log(
  `\nSolve: median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} ms of processor time over ${times.length} solves.`,
);
console.log(
  `Region: ${(bytes / 1e6).toFixed(2)} MB. Look-ups: ${(rate / 1e6).toFixed(1)} M/s (checksum ${checksum.toExponential(3)}).`,
);

const contracts = {
  "optimal ≤ 1.01 × the optimum": [...rows, ...others].every((row) => row.optimal <= 1.01),
  "closed form ≤ 1.05 ×, 1.30 × when risk averse": rows.every(
    (row) => row["closed form"] <= (row.book.startsWith("risk averse") ? 1.3 : 1.05),
  ),
  "median solve ≤ 100 ms": median <= 100,
  "region ≤ 50 MB": bytes <= 50e6,
  "look-ups ≥ 1 M/s": rate >= 1e6,
};
for (const [contract, isMet] of Object.entries(contracts)) console.log(`${isMet ? "met    " : "MISSED "} ${contract}`);
if (Object.values(contracts).includes(false)) process.exitCode = 1;
