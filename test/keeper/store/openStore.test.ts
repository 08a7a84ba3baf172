import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../../keeper/errors.ts";
import { lockFolder } from "../../../keeper/store/lockFolder.ts";
import { openStore } from "../../../keeper/store/openStore.ts";
import { decisionAt } from "../execution/keeperOn.ts";

const base = mkdtempSync(join(tmpdir(), "keel-store-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const head = { number: 1n, hash: `0x${"ab".repeat(32)}`, baseFeePerGas: 1n } as const;

describe("a folder store", () => {
  it("keeps its rows, belongs to one process, and stops before acting when its files are damaged", async () => {
    const folder = join(base, "journal");
    const store = await openStore({ folder });
    const id = await store.journal.addDecision(decisionAt(31337, head));
    await expect(openStore({ folder })).rejects.toThrow(new RegExp(`in use by process ${process.pid}: stop it`));
    await store.close();
    expect(existsSync(join(folder, "lock"))).toBe(false);

    const again = await openStore({ folder });
    expect((await again.journal.find(id))?.decision).toStrictEqual({ id, ...decisionAt(31337, head) });
    await again.close();

    const relations = join(folder, "journal", "base");
    for (const database of readdirSync(relations)) {
      for (const file of readdirSync(join(relations, database))) {
        const path = join(relations, database, file);
        if (/^\d+$/.test(file) && statSync(path).size > 0) truncateSync(path, 100);
      }
    }
    await expect(openStore({ folder })).rejects.toThrow(ConfigError);
    expect(existsSync(join(folder, "lock"))).toBe(false);
  });
});

describe("an unreachable server", () => {
  it("is a ConfigError that does not repeat the URL's password", async () => {
    const error: unknown = await openStore({ url: "postgres://keel:sesame@127.0.0.1:9/keel" }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain("DATABASE_URL");
    expect(String(error)).not.toContain("sesame");
  });
});

describe("lockFolder", () => {
  const lockOf = (name: string, owner: object | string): string => {
    const folder = join(base, name);
    mkdirSync(folder);
    writeFileSync(join(folder, "lock"), typeof owner === "string" ? owner : JSON.stringify(owner));
    return folder;
  };

  it("takes over the lock of a dead process", async () => {
    const child = spawn(process.execPath, ["--eval", ""]);
    await once(child, "exit");
    const folder = lockOf("dead", { pid: child.pid, host: hostname(), started: "1" });
    const release = lockFolder(folder);
    expect(JSON.parse(readFileSync(join(folder, "lock"), "utf8"))).toMatchObject({ pid: process.pid });
    release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("takes over a lock whose pid belongs to another process by now", () => {
    lockFolder(lockOf("reused pid", { pid: process.pid, host: hostname(), started: "another time" }))();
  });

  it("takes over a lock that was never finished", () => {
    lockFolder(lockOf("half written", '{"pid":'))();
  });

  it("respects the lock of a living process and of another host", () => {
    const living = join(base, "living");
    lockFolder(living);
    expect(() => lockFolder(living)).toThrow(ConfigError);
    expect(() => lockFolder(lockOf("other host", { pid: 1, host: "elsewhere", started: "" }))).toThrow(
      /process 1 on host elsewhere/,
    );
  });

  it("says that a path cannot be a folder", () => {
    writeFileSync(join(base, "file"), "");
    expect(() => lockFolder(join(base, "file", "journal"))).toThrow(/cannot be written \(ENOTDIR\)/);
  });
});
