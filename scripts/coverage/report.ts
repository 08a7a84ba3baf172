// Runs the Solidity tests on the instrumented build, adds what Vitest's workers saved, and has Hardhat write its report.
import { cpSync } from "node:fs";
import hre from "hardhat";

await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
await hre.tasks.getTask(["test", "solidity"]).run({ testProfile: "assure" });
for (const kind of ["solidity", "vitest"]) cpSync(`coverage/data/${kind}`, "coverage/data/all", { recursive: true });
await hre.hooks.runHandlerChain("test", "onTestRunDone", ["all"], async () => {});
