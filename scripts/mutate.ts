// Mutation testing of contracts/: changes one thing and expects a test of that contract to fail.
// npm run mutate -- --contract Guard --sample 20 --seed 7 --out FILE
// Without --contract all contracts, without --operator all of comparison, sign, logic, rounding, modifier, check (both may be repeated),
// without --sample every site. FILE keeps the verdicts; what it has is not judged again.
// All mutants are built at once, each behind a switch (mutate/instrument.ts), in cache/mutate/, in some minutes; then each costs its tests.
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { switchSource } from "./mutate/coinbaseOf.ts";
import { instrument, type Mutant } from "./mutate/instrument.ts";
import { judge } from "./mutate/judge.ts";
import { suites } from "./mutate/suites.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const copy = join(root, "cache/mutate");
const { values } = parseArgs({
  options: {
    contract: { type: "string", multiple: true, default: Object.keys(suites) },
    operator: { type: "string", multiple: true },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    out: { type: "string" },
  },
});

const mutants = build();
process.chdir(copy);
const isAsked = ({ operator }: Mutant) => values.operator?.includes(operator) ?? true;
const sites = values.contract.flatMap((name) =>
  mutants.filter((mutant) => basename(mutant.path, ".sol") === name && isAsked(mutant)),
);
const chosen = values.sample === undefined ? sites : draw(sites, Number(values.sample), Number(values.seed));
const judges = [...new Set(values.contract.flatMap((name) => suites[name] ?? []))];
for (const suite of judges) {
  const start = performance.now();
  if ((await judge(copy, [suite], 0)) !== undefined) throw new RangeError(`without a mutant ${suite} fails`);
  console.log(`${suite} judges in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

const verdicts = new Map<string, string>();
if (values.out !== undefined && existsSync(values.out)) {
  for (const line of readFileSync(values.out, "utf8").trim().split("\n")) {
    const [verdict = "", mutant = ""] = line.split("\t");
    verdicts.set(mutant, verdict);
  }
}
for (const mutant of chosen) {
  if (verdicts.has(describe(mutant))) continue;
  const killer = await judge(copy, suites[basename(mutant.path, ".sol")] ?? [], mutant.id);
  const verdict = killer === undefined ? "SURVIVED" : `killed by ${killer}`;
  verdicts.set(describe(mutant), verdict);
  console.log(`${verdict}\t${describe(mutant)}`);
  if (values.out !== undefined) appendFileSync(values.out, `${verdict}\t${describe(mutant)}\n`);
}

console.log("\ncontract         sites judged killed survived");
for (const name of [...values.contract, "all"]) {
  const own = sites.filter(({ path }) => name === "all" || basename(path, ".sol") === name);
  const judged = own.flatMap((mutant) => verdicts.get(describe(mutant)) ?? []);
  const survived = judged.filter((verdict) => verdict === "SURVIVED").length;
  const columns = [own.length, judged.length, judged.length - survived, survived].map((count) => String(count).padStart(6));
  console.log(`${name.padEnd(16)}${columns.join(" ")}`);
}
process.exit(0);

/** Brings the instrumented copy up to date and compiles what has changed in it. */
function build(): Mutant[] {
  mkdirSync(copy, { recursive: true });
  for (const path of ["contracts", "test", "keeper", "ignition", "scripts"]) {
    rmSync(join(copy, path), { recursive: true, force: true });
    cpSync(join(root, path), join(copy, path), { recursive: true });
  }
  for (const path of ["package.json", "hardhat.config.ts", "remappings.txt", "tsconfig.json"])
    cpSync(join(root, path), join(copy, path));
  if (!existsSync(join(copy, "node_modules"))) symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));

  const all: Mutant[] = [];
  for (const path of globSync("contracts/**/*.sol", { cwd: root }).sort()) {
    const up = relative(dirname(path), "contracts") || ".";
    const { source, mutants } = instrument(path, readFileSync(join(root, path), "utf8"), all.length + 1, `${up}/`);
    if (mutants.length > 0) writeFileSync(join(copy, path), source);
    all.push(...mutants);
  }
  writeFileSync(join(copy, "contracts/Mutant.sol"), switchSource);

  // Every chain reads the builds' records to explain failures, for seconds; nobody wants to hear them here.
  const [records, aside] = [join(copy, "artifacts/build-info"), join(copy, "build-info")];
  if (existsSync(aside)) renameSync(aside, records);
  const hardhat = ["node_modules/hardhat/dist/src/cli.js", "--config", "scripts/mutate/hardhat.config.ts", "build", "--quiet"];
  const { status, stderr } = spawnSync(process.execPath, hardhat, { cwd: copy, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) throw new RangeError(`the instrumented contracts do not compile:\n${stderr}`);
  renameSync(records, aside);
  // A campaign's own number of runs would count here as well.
  for (const path of globSync("test/**/*.t.sol", { cwd: copy })) {
    const file = join(copy, path);
    writeFileSync(file, readFileSync(file, "utf8").replace(/^ *\/\/\/ hardhat-config: .*\n/gm, ""));
  }
  return all;
}

function describe({ path, line, operator, before, after }: Mutant): string {
  return `${path}:${line} ${operator}: ${before}  →  ${after}`;
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
