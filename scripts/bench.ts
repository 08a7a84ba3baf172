import { readdirSync } from "node:fs";

/** `npm run bench -- <suite>` runs scripts/bench/<suite>.ts. */
const suites = readdirSync(new URL("./bench/", import.meta.url))
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
  .map((file) => file.slice(0, -3));
const suite = process.argv[2] ?? "";
if (suites.includes(suite)) {
  await import(`./bench/${suite}.ts`);
} else {
  process.stderr.write(`Which benchmark? npm run bench -- ${suites.join(" | ")}\n`);
  process.exitCode = 1;
}
