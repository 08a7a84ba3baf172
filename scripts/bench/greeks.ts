import { optimise } from "../../keeper/simulation/flow/flowPolicies.ts";
import { publishedFlow } from "../../keeper/simulation/flow/optionFlow.ts";
import {
  type Challenger,
  gbmChallengers,
  gbmRows,
  type PublishedRow,
  sabrChallengers,
  sabrRows,
} from "../../keeper/simulation/flow/publishedScores.ts";
import { type FlowPolicy, type FlowScore, lowerBound, studyFlow } from "../../keeper/simulation/flow/studyFlow.ts";

/** Seeds that nothing was tuned on. */
const SEED = 20_220_811;
const EPISODES = Number(process.argv[3] ?? 20_000);

const constant = (spread: number, riskAversion: number): FlowPolicy => ({
  name: `constant risk aversion, ${100 * spread} %`,
  costs: { spread },
  policy: optimise({ costs: { spread }, riskAversion }),
});
/** Rows without a bound: what each ingredient is worth. */
const gbmOthers = [constant(0.005, 0.9), constant(0.01, 0.6), constant(0.02, 0.38)];
const sabrOthers: readonly FlowPolicy[] = [
  {
    name: "optimiser that chooses spot too",
    costs: { spread: 0.01 },
    policy: optimise({ costs: { spread: 0.01 }, riskAversion: 0.4, choosesSpot: true }),
  },
  {
    name: "optimiser that locks in gains",
    costs: { spread: 0.01 },
    policy: optimise({ costs: { spread: 0.01 }, riskAversion: 0.3, plan: -6.5 }),
  },
];

const text = (value: number | undefined, digits = 2) => (value === undefined ? "" : value.toFixed(digits)).padStart(9);

function print(score: FlowScore, row: Partial<PublishedRow & Challenger>): boolean {
  const bound = lowerBound(score.score);
  const isMissed = row.toBeat !== undefined && !(bound > row.toBeat);
  const columns = [score.mean.value, score.deviation.value, score.score.value, bound, score.quantile, score.shortfall];
  const target = row.toBeat ?? row.score;
  const verdict = row.toBeat === undefined ? (row.score === undefined ? "" : "published") : isMissed ? "MISSED" : "beaten";
  process.stdout.write(`${score.name.padEnd(34)}${columns.map((x) => text(x, 3)).join("")}${text(target)} ${verdict}\n`);
  return isMissed;
}

let missed = 0;
const heading = ["mean", "sd", "score", "95% ≥", "5% qu.", "below it", "target"].map((word) => word.padStart(9)).join("");
for (const [model, rows, others] of [
  ["gbm", [...gbmRows, ...gbmChallengers], gbmOthers],
  ["sabr", [...sabrRows, ...sabrChallengers], sabrOthers],
] as const) {
  const policies: readonly (FlowPolicy & Partial<PublishedRow & Challenger>)[] = [...rows, ...others];
  process.stdout.write(`\n${`${model}, ${EPISODES} episodes, score = mean − 1.645 sd`.padEnd(34)}\n${"".padEnd(34)}${heading}\n`);
  const started = process.cpuUsage().user;
  studyFlow(publishedFlow(model), policies, EPISODES, SEED).forEach((score, i) => {
    missed += print(score, policies[i] ?? {}) ? 1 : 0;
  });
  process.stdout.write(`${((process.cpuUsage().user - started) / 1e6).toFixed(0)} s of processor time\n`);
}
if (missed > 0) process.exitCode = 1;
