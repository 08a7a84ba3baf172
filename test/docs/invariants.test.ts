import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("docs/invariants.md names only tests and checks that exist", () => {
  const tests = globSync(["test/contracts/**/*.{ts,sol}", "test/{faults,keeper}/**/*.test.ts"]).map((path) =>
    readFileSync(path, "utf8"),
  );
  const rows = readFileSync("docs/invariants.md", "utf8")
    .split("\n")
    .filter((line) => /^\| (?!---|id |threat )/.test(line));
  expect(rows.length).toBeGreaterThan(50);
  for (const row of rows) {
    const names = [...(row.split("|").at(-2) ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
    expect(names, row).not.toHaveLength(0);
    for (const name of names) {
      // a function or modifier by its declaration, a behaviour or an assertion's message by its quoted words
      const declared = new RegExp(`(function|modifier) ${name}\\(`);
      const isThere = tests.some((text) => (/^\w+$/.test(name) && declared.test(text)) || text.includes(`"${name}"`));
      expect(isThere, `${name}: no such test`).toBe(true);
    }
  }
});
