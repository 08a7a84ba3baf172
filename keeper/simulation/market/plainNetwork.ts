import hre from "hardhat";

/**
 * Hardhat's networks without names in stack traces. To have those it reads the compiler's whole output and looks up every call in it, which
 * costs a simulated chain seconds at its start and a fifth of its time afterwards; what a call reverts with is known without.
 */
export function plainNetwork(): typeof hre.network {
  hre.artifacts.getAllBuildInfoIds = async () => new Set();
  return hre.network;
}
