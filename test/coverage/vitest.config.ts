import { defineConfig } from "vitest/config";

/** The contracts' tests on the instrumented build; a limit on gas or size may fail there, a line reached stays reached. */
export default defineConfig({
  test: {
    include: ["test/contracts/**/*.test.ts"],
    setupFiles: ["test/coverage/saveCoverage.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
