// The long campaigns: every fuzz test 10,000 times, the invariants and the adversary in 2,000 runs of 100 calls, from a seed that
// rotates and is printed. `npm run assure -- --seed N` repeats one; --runs and --depth change the size.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values, positionals } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now()) },
    runs: { type: "string", default: "2000" },
    depth: { type: "string", default: "100" },
  },
  allowPositionals: true,
});
const records = { world: `${root}cache/world.txt`, adversary: `${root}cache/adversary.txt` };
for (const path of Object.values(records)) rmSync(path, { force: true });

console.log(`seed ${values.seed}: ${values.runs} runs of ${values.depth} calls a campaign`);
const hardhat = `${root}node_modules/hardhat/dist/src/cli.js`;
const { status } = spawnSync(process.execPath, [hardhat, "test", "solidity", "--test-profile", "assure", ...positionals], {
  cwd: root,
  stdio: "inherit",
  env: {
    ...process.env,
    KEEL_ASSURE_SEED: `0x${BigInt(values.seed).toString(16).padStart(64, "0")}`,
    KEEL_ASSURE_RUNS: values.runs,
    KEEL_ASSURE_DEPTH: values.depth,
  },
});

const total = (rows: number[][], column: number) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0);
for (const [campaign, path] of Object.entries(records)) {
  if (!existsSync(path)) continue;
  const lines = readFileSync(path, "utf8").trim().split("\n");
  const rows = lines.map((line) => line.split(" ").map(Number));
  const worst = Math.max(...rows.map((row) => (row[2] ?? 0) / 1e18));
  const ratio = campaign === "adversary" ? `, worst loss ${(100 * worst).toFixed(1)} % of its bound` : "";
  console.log(`${campaign}: ${total(rows, 0)} calls, ${total(rows, 1)} refused by the contracts${ratio}`);
}
const verdict = status === null ? "stopped before the end" : `a promise broke: repeat with --seed ${values.seed}`;
console.log(status === 0 ? "no promise broken" : verdict);
process.exit(status ?? 1);
