import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Forbids the kernel to write this process's memory, keys included, to a file when it dies.
 * @returns why they cannot be forbidden here, with the cure; undefined when they are
 */
export function disableCoreDumps(): string | undefined {
  if (areForbidden()) return undefined;
  spawnSync("prlimit", ["--core=0:0", "--pid", String(process.pid)], { stdio: "ignore" });
  if (areForbidden()) return undefined;
  return "A crash may write the keys to a core file: start Keel with `ulimit -c 0`, or by the systemd unit or container in docs/operations";
}

/** Soft and hard limit of this process; false where the system does not tell. */
function areForbidden(): boolean {
  try {
    return /^Max core file size\s+0\s+0\s/m.test(readFileSync("/proc/self/limits", "utf8"));
  } catch {
    return false;
  }
}
