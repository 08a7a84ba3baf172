// Mutation testing of contracts/: changes one thing, compiles, and expects a test of that contract to fail.
// npm run mutate -- --contract Guard --sample 20 --seed 7 (without --contract: all of them; without --sample: every site)
import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Mutant, mutantsOf } from "./mutate/mutantsOf.ts";

/** What must notice: quick suites first. Solidity tests end in .t.sol. */
const vaultSuites = ["rebalance.test.ts", "fill.test.ts", "control.test.ts", "Adversary.t.sol", "World.t.sol"];
const hedgeSuites = ["emergencyHedge.test.ts", ...vaultSuites];
const marketSuites = ["OptionMarket.t.sol", "Quotes.t.sol", "Netting.t.sol", "OptionMarketSolvency.t.sol", "settlement.test.ts"];
const queueSuites = [
  "ShareQueue.t.sol",
  "queue/CarryPool.t.sol",
  "ShareQueueConservation.t.sol",
  "ShareQueue.test.ts",
  "World.t.sol",
];
const suites: Readonly<Record<string, readonly string[]>> = {
  Vault: vaultSuites,
  Guard: vaultSuites,
  OptionBook: [...vaultSuites, "netting.test.ts", "windDown.test.ts"],
  Hedging: hedgeSuites,
  EmergencyHedge: hedgeSuites,
  Settings: ["control.test.ts", "emergencyHedge.test.ts", "rebalance.test.ts"],
  WindDown: ["windDown.test.ts", "WindDown.t.sol"],
  Portfolio: vaultSuites,
  LeakyBucket: ["vault/LeakyBucket.t.sol"],
  OptionMarket: marketSuites,
  Quotes: marketSuites,
  Settlement: marketSuites,
  SeriesId: marketSuites,
  ShareQueue: queueSuites,
  Requests: queueSuites,
  CarryPool: queueSuites,
  Fees: ["ShareQueueFees.t.sol", "ShareQueue.t.sol"],
  PriceOracle: ["PriceOracle.test.ts"],
  twapWad: ["PriceOracle.test.ts"],
  VolSurface: ["VolSurface.t.sol"],
  PackedSlice: ["VolSurface.t.sol"],
  RiskEngine: ["RiskEngine.t.sol", "greeksAgree.test.ts"],
  OptionMath: ["libraries/OptionMath.t.sol", "RiskEngine.t.sol"],
  UniswapV3Venue: ["venues/UniswapV3Venue.test.ts", "rebalance.test.ts"],
  AaveV3Venue: ["venues/AaveV3Venue.test.ts"],
};

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: { contract: { type: "string" }, sample: { type: "string" }, seed: { type: "string", default: "1" } },
});
const files = globSync("contracts/**/*.sol", { cwd: root }).filter((path) => {
  const name = basename(path, ".sol");
  return name in suites && (values.contract === undefined || values.contract === name);
});
const all = files.flatMap((path) => mutantsOf(path, readFileSync(join(root, path), "utf8")));
const chosen = values.sample === undefined ? all : draw(all, Number(values.sample), Number(values.seed));

const copy = mkdtempSync(join(tmpdir(), "keel-mutate-"));
for (const path of ["contracts", "test", "keeper", "ignition", "scripts", "artifacts", "cache"]) {
  cpSync(join(root, path), join(copy, path), { recursive: true });
}
for (const path of ["package.json", "hardhat.config.ts", "remappings.txt", "tsconfig.json"])
  cpSync(join(root, path), join(copy, path));
symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
writeFileSync(
  join(copy, "vitest.config.ts"),
  "export default { test: { testTimeout: 120_000, hookTimeout: 120_000, bail: 1 } };\n",
);
process.once("exit", () => rmSync(copy, { recursive: true, force: true }));

const hardhat = ["node_modules/hardhat/dist/src/cli.js"];
const vitest = ["node_modules/vitest/vitest.mjs", "run", "--bail", "1"];
const small = { KEEL_ASSURE_FUZZ: "200", KEEL_ASSURE_RUNS: "16", KEEL_ASSURE_DEPTH: "64" };
const run = (args: readonly string[]) =>
  spawnSync(process.execPath, [...args], { cwd: copy, stdio: "ignore", timeout: 900_000, env: { ...process.env, ...small } })
    .status === 0;

if (!run([...hardhat, "build", "--quiet", "--no-tests"])) throw new RangeError("the contracts do not compile unchanged");
const survivors: Mutant[] = [];
let killed = 0;
for (const mutant of chosen) {
  const target = join(copy, mutant.path);
  const original = readFileSync(target, "utf8");
  writeFileSync(target, mutant.source);
  const verdict = run([...hardhat, "build", "--quiet", "--no-tests"]) ? (judge(mutant) ?? "survived") : "does not compile";
  writeFileSync(target, original);
  if (verdict === "survived") survivors.push(mutant);
  else if (verdict !== "does not compile") killed++;
  console.log(`${verdict === "survived" ? "SURVIVED" : verdict}  ${describe(mutant)}`);
}
const judged = killed + survivors.length;
console.log(
  `\n${killed} of ${judged} mutants killed (${((100 * killed) / Math.max(1, judged)).toFixed(0)} %), of ${all.length} sites`,
);
for (const survivor of survivors) console.log(`survivor  ${describe(survivor)}`);

/** The suite that fails, if one does. */
function judge({ path }: Mutant): string | undefined {
  for (const suite of suites[basename(path, ".sol")] ?? []) {
    const file = `test/contracts/${suite}`;
    const passes = suite.endsWith(".t.sol")
      ? run([...hardhat, "test", "solidity", "--test-profile", "assure", file])
      : run([...vitest, file]);
    if (!passes) return `killed by ${suite}`;
  }
  return undefined;
}

function describe({ path, line, operator, before, after }: Mutant): string {
  return `${path}:${line} ${operator}: ${before.trim()}  →  ${after.trim()}`;
}

function draw(from: readonly Mutant[], count: number, seed: number): Mutant[] {
  const random = xoroshiro128plus(seed);
  const left = [...from];
  const drawn: Mutant[] = [];
  while (drawn.length < count && left.length > 0) {
    drawn.push(...left.splice(uniformInt(random, 0, left.length - 1), 1));
  }
  return drawn;
}
