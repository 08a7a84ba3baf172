import hre from "hardhat";

/** Any contract of ours would do: the smallest compilation. */
const KNOWN = "contracts/venues/UniswapV3Venue.sol:UniswapV3Venue";

/**
 * Hardhat's networks without names in stack traces. To have those it reads the compiler's whole output and compares the code of every call
 * with every contract in it, which costs a simulated chain seconds at its start and a fifth of its time afterwards; what a call reverts
 * with is known without. One contract stays known: beside none at all, each code is walked to its end. And the node keeps the memory it
 * frees: it fills and frees megabytes of trace in every call, and giving them back to the system costs a quarter of its time (mimalloc,
 * read when the node is loaded).
 */
export function plainNetwork(): typeof hre.network {
  process.env.MIMALLOC_PURGE_DELAY ??= "-1";
  const { artifacts } = hre;
  artifacts.getAllBuildInfoIds = async () => {
    const id = await artifacts.getBuildInfoId(KNOWN);
    return new Set(id === undefined ? [] : [id]);
  };
  return hre.network;
}
