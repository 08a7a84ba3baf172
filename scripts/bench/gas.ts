import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Figures peers publish, or that were measured on their code; what each of them leaves out is said beside it. */
const PEERS: readonly (readonly [what: string, gas: string, note: string])[] = [
  ["DeFiMath, price alone", "2,582", "flat vol"],
  ["DeFiMath, price, delta, gamma, vega called apart", "7,049", "flat vol"],
  ["Rysk Beyond, price and delta with SABR, a series", "> 100,000", "no gamma, no vega"],
  ["Lyra Newport, one strike of the Greek cache", "131,000-144,000", "delta and vega"],
  ["Lyra Newport, hedgeDelta", "310,000-317,000", "perp, no proof that exposure falls"],
  ["Lyra Newport, openPosition", "1,320,000", ""],
  ["Squeeth Crab, hedge", "338,000-590,000", "over the counter"],
];
/** Lines the Solidity tests of pricing and risk log. */
const LOGGED = /gas: (.+): (\d+)$/gm;
const TOLERANCE = 0.005;

const root = fileURLToPath(new URL("../..", import.meta.url));
const snapshotPath = join(root, "test/contracts/gas-snapshot.json");

function run(program: string, arguments_: readonly string[], env: Record<string, string> = {}) {
  const command = [join(root, "node_modules", program), ...arguments_];
  const { stdout } = spawnSync(process.execPath, command, { cwd: root, encoding: "utf8", env: { ...process.env, ...env } });
  return stdout;
}

const folder = mkdtempSync(join(tmpdir(), "keel-gas-"));
const file = join(folder, "figures.json");
run("vitest/vitest.mjs", ["run", "test/contracts/gas.test.ts"], { KEEL_GAS_FIGURES: file });
const { gas, bytes }: Record<"gas" | "bytes", Record<string, number>> = JSON.parse(readFileSync(file, "utf8"));
rmSync(folder, { recursive: true });
const tests = ["test/contracts/libraries/OptionMath.t.sol", "test/contracts/RiskEngine.t.sol"];
const log = run("hardhat/dist/src/cli.js", ["test", "solidity", "-vv", ...tests]);
const core = Object.fromEntries([...log.matchAll(LOGGED)].map(([, name, value]) => [name, Number(value)]));

if (process.argv[3] === "update") {
  writeFileSync(snapshotPath, `${JSON.stringify({ core, gas, bytes }, undefined, 2)}\n`);
}
const committed: Record<string, Record<string, number>> = JSON.parse(readFileSync(snapshotPath, "utf8"));

let moved = 0;
const number = (value: number | undefined) => (value === undefined ? "" : value.toLocaleString("en")).padStart(12);
function print(title: string, key: string, figures: Record<string, number>) {
  process.stdout.write(`\n${title.padEnd(64)}${"now".padStart(12)}${"committed".padStart(12)}\n`);
  for (const [name, value] of Object.entries(figures)) {
    const before = committed[key]?.[name];
    const isMoved = before === undefined || Math.abs(value / before - 1) > TOLERANCE;
    if (isMoved) ++moved;
    process.stdout.write(`${name.padEnd(64)}${number(value)}${number(before)}${isMoved ? " moved" : ""}\n`);
  }
}
print("gas of pricing, per option", "core", core);
print("gas of a transaction", "gas", gas);
print("bytes of deployed code, at most 24,576", "bytes", bytes);
process.stdout.write(`\n${"published figures of peers"}\n`);
for (const [what, figure, note] of PEERS) process.stdout.write(`${what.padEnd(58)}${figure.padStart(18)}  ${note}\n`);
if (moved > 0) process.exitCode = 1;
