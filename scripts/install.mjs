// Installs the locked dependencies when they are missing or out of date. Plain JavaScript for Node 18: it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = `${root}node_modules/.keel-lock`;
const lock = createHash("sha256")
  .update(readFileSync(`${root}package-lock.json`))
  .digest("hex");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const recent = major > 22 || (major === 22 && minor >= 13);
  const command = recent ? ["npm", "ci"] : ["npx", "--yes", "--package", "node@24.21.0", "--call", "npm ci"];
  process.stderr.write("Installing the locked dependencies (once, one to two minutes) …\n");
  const { status } = spawnSync(command[0], command.slice(1), {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    process.stderr.write("keel: npm ci failed, see the lines above; check the network and run the command again.\n");
    process.exit(1);
  }
  // The package `node` links its binary out of its folder; what stays behind is 70 MB of headers and documents. Compiler input and
  // types that Aave ships are 47 MB, source maps are 85 MB.
  const unused = ["node/node_modules", "@aave/core-v3/artifacts/build-info", "@aave/core-v3/dist", "@aave/core-v3/types"];
  for (const path of unused) rmSync(`${root}node_modules/${path}`, { recursive: true, force: true });
  for (const path of readdirSync(`${root}node_modules`, { recursive: true }))
    if (path.endsWith(".map")) rmSync(`${root}node_modules/${path}`, { force: true });
  writeFileSync(stamp, lock);
}
