import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Compiles the contracts and generates the ABIs once before any test file runs. */
export default function setup(): void {
  const script = fileURLToPath(new URL("../scripts/build.ts", import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error("the contracts do not compile: see the lines above");
}
