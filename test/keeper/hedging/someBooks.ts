import type { RegionPosition, RegionProblem } from "../../../keeper/hedging/regionProblem.ts";

type NamedProblem = RegionProblem & { readonly name: string };

const leg = (type: "call" | "put", strike: number, days: number, size: number): RegionPosition => ({
  type,
  strike,
  years: days / 365,
  size,
});
const problem = (
  name: string,
  [spot, vol, riskAversion]: readonly [number, number, number],
  [proportional, fixed]: readonly [number, number],
  positions: readonly RegionPosition[],
): NamedProblem => ({ name, spot, vol, riskAversion, costs: { proportional, fixed }, positions });

/** Books the method was not tuned on: changing signs of gamma, several expiries, mixed sizes, dear and free gas. */
export const someBooks: readonly NamedProblem[] = [
  problem("calendar", [2000, 0.8, 0.001], [0.0005, 2], [leg("call", 2000, 14, -10), leg("call", 2000, 30, 10)]),
  problem(
    "butterfly",
    [3000, 0.6, 0.001],
    [0.0005, 3],
    [leg("call", 2700, 21, 10), leg("call", 3000, 21, -20), leg("call", 3300, 21, 10)],
  ),
  problem("risk reversal", [2500, 0.7, 0.0005], [0.0005, 1], [leg("put", 2200, 30, -15), leg("call", 2900, 30, 15)]),
  problem("strangle, 1 bp", [2000, 0.9, 0.0003], [0.0001, 5], [leg("put", 1700, 7, -30), leg("call", 2300, 7, -30)]),
  problem("long put, 30 bp", [1800, 0.5, 0.0008], [0.003, 1], [leg("put", 1700, 60, 25)]),
  problem(
    "iron condor, mixed sizes",
    [3000, 0.65, 0.002],
    [0.0005, 0.5],
    [leg("put", 2400, 30, 12), leg("put", 2700, 30, -20), leg("call", 3300, 30, -16), leg("call", 3800, 30, 9)],
  ),
  problem("dear underlying", [60_000, 0.55, 0.0002], [0.0005, 10], [leg("call", 65_000, 45, -2)]),
  problem("ratio spread, fee only", [2000, 0.8, 0.002], [0.001, 0], [leg("call", 2000, 30, 10), leg("call", 2300, 30, -20)]),
  problem("diagonal", [2000, 0.75, 0.001], [0.0005, 4], [leg("put", 1900, 7, -20), leg("put", 1800, 28, 15)]),
  problem("weekly straddle", [2000, 0.8, 0.0005], [0.0005, 2], [leg("call", 2000, 7, -60), leg("put", 2000, 7, -60)]),
  problem("deep call, risk averse", [2000, 1, 0.01], [0.003, 5], [leg("call", 1500, 30, -8)]),
  problem("calendar, 3 and 90 days", [2000, 0.8, 0.001], [0.0005, 2], [leg("call", 2050, 3, -10), leg("call", 2000, 90, 10)]),
];
