import { pathToFileURL } from "node:url";
import { type Address, multicall3Abi } from "viem";
import { z } from "zod";
import type { ChainDriver, Contract } from "./chainDriver.ts";
import { resolvePackageFile } from "./loadArtifact.ts";

const viemContractsSchema = z.object({ multicall3Bytecode: z.templateLiteral(["0x", z.string()]) });

/** Deploys Multicall3 from the bytecode viem carries (but does not export). */
export async function deployMulticall(driver: ChainDriver, from: Address): Promise<Contract> {
  const viemContracts: unknown = await import(pathToFileURL(resolvePackageFile("viem/_esm/constants/contracts.js")).href);
  const { multicall3Bytecode } = viemContractsSchema.parse(viemContracts);
  return driver.deploy({ from }, { name: "Multicall3", abi: multicall3Abi, bytecode: multicall3Bytecode });
}
