import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import { coinbaseOf } from "./coinbaseOf.ts";
import config from "./hardhat.config.ts";

/**
 * The suite in which a test fails while a mutant is active, if there is one.
 * @param copy    the instrumented and built project
 * @param suites  files below test/contracts, in the order they are asked; Solidity tests run in this process, others in one each
 */
export async function judge(copy: string, suites: readonly string[], mutant: number): Promise<string | undefined> {
  for (const suite of new Set(suites)) {
    const file = `test/contracts/${suite}`;
    const passes = suite.endsWith(".t.sol") ? await runSolidity(copy, file, mutant) : runVitest(copy, file, mutant);
    if (!passes) return suite;
  }
  return undefined;
}

async function runSolidity(copy: string, file: string, mutant: number): Promise<boolean> {
  const { solidity } = config.test ?? {};
  const test = { solidity: { ...solidity, coinbase: coinbaseOf(mutant) } };
  const hre = await createHardhatRuntimeEnvironment({ ...config, test }, {}, copy);
  const said = process.stdout.write;
  process.stdout.write = (_chunk: unknown, encoding?: unknown, done?: unknown) => {
    for (const callback of [encoding, done]) if (typeof callback === "function") callback();
    return true;
  };
  const result = await hre.tasks.getTask(["test", "solidity"]).run({ testFiles: [file], grepExclude: "[gG]as", noCompile: true });
  process.stdout.write = said;
  return result.success;
}

function runVitest(copy: string, file: string, mutant: number): boolean {
  const env = { ...process.env, HARDHAT_CONFIG: join(copy, "scripts/mutate/hardhat.config.ts"), KEEL_MUTANT: String(mutant) };
  const args = ["node_modules/vitest/vitest.mjs", "run", "--config", "scripts/mutate/vitest.config.ts", "--root", ".", file];
  // A run that stalls says nothing of the mutant; three that do, that it loops.
  for (let attempt = 1; attempt <= 3; attempt++) {
    const { status } = spawnSync(process.execPath, args, { cwd: copy, stdio: "ignore", timeout: 45_000, env });
    if (status !== null) return status === 0;
  }
  return false;
}
