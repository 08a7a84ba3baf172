// Line coverage of contracts/ over both kinds of tests: instruments once, runs the Solidity tests and the TypeScript ones on the
// instrumented build in a copy, adds up what they reached, and fails below 95 %.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const floor = 95;
const root = fileURLToPath(new URL("..", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "keel-coverage-"));
process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const path of ["contracts", "test", "keeper", "ignition", "scripts", "docs"]) {
  cpSync(join(root, path), join(copy, path), { recursive: true });
}
for (const path of ["package.json", "hardhat.config.ts", "remappings.txt", "tsconfig.json"])
  cpSync(join(root, path), join(copy, path));
symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));

// HARDHAT_COVERAGE is Hardhat's own --coverage for whoever imports it: build, Solidity tests, and every test file of Vitest.
const run = (...args: string[]) =>
  spawnSync(process.execPath, args, {
    cwd: copy,
    stdio: "inherit",
    env: { ...process.env, HARDHAT_COVERAGE: "true", KEEL_ASSURE_FUZZ: "50", KEEL_ASSURE_RUNS: "8", KEEL_ASSURE_DEPTH: "64" },
  }).status === 0;
if (!run("node_modules/hardhat/dist/src/cli.js", "build", "--quiet")) process.exit(1);
cpSync(join(root, "keeper/chain/abi.ts"), join(copy, "keeper/chain/abi.ts"));
// What fails here but not in `npm test` are limits of gas and size, which instrumented code exceeds.
run("node_modules/vitest/vitest.mjs", "run", "--config", "test/coverage/vitest.config.ts", "--root", copy);
run("scripts/coverage/report.ts");

let [hit, found] = [0, 0];
let file = "";
for (const line of readFileSync(join(copy, "coverage/lcov.info"), "utf8").split("\n")) {
  if (line.startsWith("SF:")) file = line.slice(3);
  const [tag, count] = line.split(":");
  if (!file.startsWith("contracts/")) continue;
  if (tag === "LH") hit += Number(count);
  if (tag === "LF") found += Number(count);
}
const percent = (100 * hit) / found;
console.log(`lines of contracts/ reached: ${hit} of ${found}, ${percent.toFixed(1)} %`);
process.exit(percent >= floor ? 0 : 1);
