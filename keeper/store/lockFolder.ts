import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../errors.ts";

type Owner = {
  pid: number;
  host: string /** Kernel start time of the process where it can be known: a reused pid differs in it. */;
  started: string;
};

/**
 * Locks a folder to this process, because two processes on one PGlite folder destroy it. A lock whose process is dead is taken over.
 * @returns the function that gives the lock back
 * @throws ConfigError naming the process that holds the folder and the cure, or saying that the folder cannot be written
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, "lock");
  const self: Owner = { pid: process.pid, host: hostname(), started: startOf(process.pid) };
  try {
    mkdirSync(folder, { recursive: true });
    if (!create(path, self)) takeOver(path, self);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const message = `The journal folder ${folder} cannot be written (${(cause as NodeJS.ErrnoException).code}): check its owner and the disk`;
    throw new ConfigError(message, { folder }, { cause });
  }
  return () => rmSync(path, { force: true });
}

/** The second file lets only one process at a time judge and replace a stale lock. */
function takeOver(path: string, self: Owner): void {
  const guard = `${path}.takeover`;
  if (!create(guard, self))
    throw new ConfigError(`Another process is taking over ${path}: try again, or remove ${guard}`, { path });
  try {
    const owner = read(path);
    if (owner !== null && isAlive(owner)) {
      const where = owner.host === self.host ? "" : ` on host ${owner.host}`;
      const message = `The journal is in use by process ${owner.pid}${where}: stop it, give this one another folder, or remove ${path} if that is no keeper`;
      throw new ConfigError(message, { path, ...owner });
    }
    rmSync(path, { force: true });
    if (!create(path, self)) throw new ConfigError(`Another process took ${path} first: stop one of the two`, { path });
  } finally {
    rmSync(guard, { force: true });
  }
}

function create(path: string, owner: Owner): boolean {
  try {
    writeFileSync(path, JSON.stringify(owner), { flag: "wx" });
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw cause;
  }
}

/** Null: the lock is gone or was never finished, so nobody holds it. */
function read(path: string): Owner | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Owner;
  } catch (cause) {
    if (cause instanceof SyntaxError || (cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw cause;
  }
}

/** A process of another host cannot be asked: its lock counts as held. */
function isAlive({ pid, host, started }: Owner): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return startOf(pid) === started;
}

/** Field 22 of /proc/<pid>/stat; empty where there is no such file. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
