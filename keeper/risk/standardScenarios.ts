import type { Scenario, SpotMove } from "./stress.ts";

type Trouble = Pick<Scenario, "volMultiplier" | "gasMultiplier" | "depthDivisor">;

const CALM = { volMultiplier: 1, seconds: 0, gasMultiplier: 1, depthDivisor: 1 };
/** Everything that goes wrong with trading in a crash, at once. */
const DRAINED = { gasMultiplier: 10, depthDivisor: 10 };
const STILL: SpotMove = { kind: "jump", move: 0 };

/**
 * The named scenarios every book is put through: instant moves of seven and ten standard deviations, jumps of 20 to 60 %, vol up and
 * down, gas ×10, depth ÷10, and all of them jointly.
 * @param seconds  Δt of a standard deviation
 */
export function standardScenarios(seconds: number): Scenario[] {
  const deviations = (count: number): SpotMove => ({ kind: "deviations", count, seconds });
  const jump = (move: number): SpotMove => ({ kind: "jump", move });
  const alone = (name: string, change: Partial<Scenario>): Scenario => ({ name, spot: STILL, ...CALM, ...change });
  return [
    alone("as it stands", {}),
    ...[-10, -7, 7, 10].map((count) => alone(`spot ${signed(count)}σ`, { spot: deviations(count) })),
    ...[-60, -40, -20, 20, 40, 60].map((percent) => alone(`spot ${signed(percent)} %`, { spot: jump(percent / 100) })),
    ...[0.5, 1.5, 2.5].map((volMultiplier) => alone(`vol ×${volMultiplier}`, { volMultiplier })),
    alone("gas ×10", { gasMultiplier: 10 }),
    alone("depth ÷10", { depthDivisor: 10 }),
    ...[-7, 7].map((count) => joint(`spot ${signed(count)}σ`, deviations(count), 2)),
    ...[-60, -40, 40, 60].map((percent) => joint(`spot ${signed(percent)} %`, jump(percent / 100), 2.5)),
  ];
}

function joint(name: string, spot: SpotMove, volMultiplier: number): Scenario {
  const trouble = { ...DRAINED, volMultiplier };
  return { name: troubleName(name, trouble), spot, ...CALM, ...trouble };
}

/** A scenario's name with everything that goes wrong besides the move of spot. */
export function troubleName(name: string, { volMultiplier, gasMultiplier, depthDivisor }: Trouble): string {
  return `${name}, vol ×${volMultiplier}, gas ×${gasMultiplier}, depth ÷${depthDivisor}`;
}

function signed(value: number): string {
  return value < 0 ? `−${-value}` : `+${value}`;
}
