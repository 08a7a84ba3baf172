import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import toolbox from "@nomicfoundation/hardhat-toolbox-viem";
import { defineConfig } from "hardhat/config";
import type { HardhatHooks } from "hardhat/types/hooks";

const compiler = { version: "0.8.37", path: fileURLToPath(import.meta.resolve("solc/soljson.js")) };
// They deploy contracts of the build, so what they compile themselves is the test alone: without the IR pipeline, in a sixth of the time.
const contractTests = globSync("test/contracts/{,vault/,venues/}*.t.sol");

// Uniswap's published bytecode in; what campaigns count out.
const fsPermissions = {
  readDirectory: ["node_modules/@uniswap/v3-core/artifacts"],
  dangerouslyReadWriteDirectory: ["cache"],
};
const assureSeed = process.env.KEEL_ASSURE_SEED;

/** Hardhat leaves one processor free: of two that is half. */
const compileOnEveryCore = {
  id: "compile-on-every-core",
  hookHandlers: {
    solidity: async () => ({
      default: async (): Promise<Partial<HardhatHooks["solidity"]>> => ({
        build: (context, paths, options, next) => next(context, paths, { ...options, concurrency: availableParallelism() }),
      }),
    }),
  },
};

export default defineConfig({
  plugins: [toolbox, compileOnEveryCore],
  solidity: {
    compilers: [
      {
        ...compiler,
        settings: {
          evmVersion: "osaka",
          viaIR: true,
          optimizer: { enabled: true, runs: 10_000 },
          metadata: { bytecodeHash: "none" },
        },
      },
    ],
    overrides: Object.fromEntries(
      contractTests.map((path) => [path, { ...compiler, settings: { evmVersion: "osaka", optimizer: { enabled: true } } }]),
    ),
    npmFilesToBuild: [
      "@chainlink/contracts/src/v0.8/tests/MockV3Aggregator.sol",
      "@openzeppelin/contracts/access/manager/AccessManager.sol",
    ],
  },
  paths: { tests: { solidity: "./test/contracts" } },
  test: {
    solidity: {
      profiles: {
        default: {
          fsPermissions,
          fuzz: { runs: 1000, seed: "0x1" },
          invariant: { runs: 256, depth: 64, failOnRevert: true, shrinkRunLimit: 300 },
        },
        assure: {
          fsPermissions,
          fuzz: {
            runs: Number(process.env.KEEL_ASSURE_FUZZ ?? 10_000),
            ...(assureSeed === undefined ? {} : { seed: assureSeed }),
          },
          invariant: {
            runs: Number(process.env.KEEL_ASSURE_RUNS ?? 2000),
            depth: Number(process.env.KEEL_ASSURE_DEPTH ?? 100),
            failOnRevert: true,
          },
        },
      },
    },
  },
  networks: {
    local: {
      type: "edr-simulated",
      chainType: "l1",
      chainId: 31337,
      allowUnlimitedContractSize: process.env.HARDHAT_COVERAGE === "true",
    },
    remote: { type: "http", chainType: "l1", url: "http://127.0.0.1:8545" },
  },
});
