import hre from "hardhat";
import { afterAll } from "vitest";

// As Hardhat's own test runners do at the end of a worker.
afterAll(() => hre.hooks.runHandlerChain("test", "onTestWorkerDone", ["vitest"], async () => {}));
