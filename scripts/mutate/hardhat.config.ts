// The project as it is, but that contracts may have any size, fuzzing is short, and the mutant numbered KEEL_MUTANT is active.
import { defineConfig } from "hardhat/config";
import project from "../../hardhat.config.ts";
import { coinbaseOf } from "./coinbaseOf.ts";

const coinbase = coinbaseOf(Number(process.env.KEEL_MUTANT ?? 0));
const chain = { type: "edr-simulated", chainType: "l1", chainId: 31337, allowUnlimitedContractSize: true, coinbase } as const;

export default defineConfig({
  ...project,
  networks: { default: chain, local: chain },
  test: {
    solidity: {
      coinbase,
      // What loops for ever runs out of it.
      gasLimit: 2n ** 30n,
      fsPermissions: {
        readDirectory: ["node_modules/@uniswap/v3-core/artifacts"],
        dangerouslyReadWriteDirectory: ["cache"],
      },
      fuzz: { runs: 100, seed: "0x1" },
      invariant: { runs: 8, depth: 64, failOnRevert: true, shrinkRunLimit: 0 },
    },
  },
});
