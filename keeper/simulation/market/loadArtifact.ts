import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Abi, Address, Hex } from "viem";
import { z } from "zod";
import { ConfigError } from "../../errors.ts";

/** What is needed to deploy a published contract. */
export type Artifact = { readonly name: string; readonly abi: Abi; readonly bytecode: Hex };

const require = createRequire(import.meta.url);

const linkReferencesSchema = z.record(
  z.string(),
  z.record(z.string(), z.array(z.object({ start: z.number(), length: z.number() }))),
);
const hardhatSchema = z.object({
  contractName: z.string(),
  abi: z.array(z.unknown()),
  bytecode: z.string(),
  linkReferences: linkReferencesSchema.default({}),
});
const sol06Schema = z.object({
  contractName: z.string(),
  compilerOutput: z.object({
    abi: z.array(z.unknown()),
    evm: z.object({ bytecode: z.object({ object: z.string() }) }),
  }),
});

/**
 * Reads a contract's ABI and creation bytecode from a package's published artifact.
 * @param path       module path of the JSON file, for instance `@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json`
 * @param libraries  addresses of the libraries the bytecode links to, by name
 * @throws ConfigError when the file is missing or malformed, or a library's address is not given
 */
export function loadArtifact(path: string, libraries: Readonly<Record<string, Address>> = {}): Artifact {
  const json = readJson(resolvePackageFile(path));
  const published = sol06Schema.safeParse(json);
  if (published.success) {
    const { contractName, compilerOutput } = published.data;
    return { name: contractName, abi: compilerOutput.abi as Abi, bytecode: toHex(compilerOutput.evm.bytecode.object) };
  }
  return linkArtifact(json, path, libraries);
}

/**
 * Reads a contract that this project's own build compiled.
 * @param path  file below `artifacts/`
 * @throws ConfigError when it has not been compiled
 */
export function loadBuiltArtifact(path: string): Artifact {
  return linkArtifact(readJson(fileURLToPath(new URL(`../../../artifacts/${path}`, import.meta.url))), path, {});
}

/** Path of a file inside an installed package, whether or not the package exports it. */
export function resolvePackageFile(path: string): string {
  const parts = path.split("/");
  const depth = path.startsWith("@") ? 2 : 1;
  try {
    const manifest = require.resolve(`${parts.slice(0, depth).join("/")}/package.json`);
    return join(dirname(manifest), ...parts.slice(depth));
  } catch (cause) {
    throw new ConfigError(`The package of ${path} is not installed: run npm install.`, { path }, { cause });
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new ConfigError(`Cannot read the contract artifact ${file}: run npm install and npm run build.`, { file }, { cause });
  }
}

function linkArtifact(json: unknown, path: string, libraries: Readonly<Record<string, Address>>): Artifact {
  const parsed = hardhatSchema.safeParse(json);
  if (!parsed.success) throw new ConfigError(`${path} is not a contract artifact.`, { path }, { cause: parsed.error });
  let code = parsed.data.bytecode.replace(/^0x/, "");
  for (const names of Object.values(parsed.data.linkReferences)) {
    for (const [name, places] of Object.entries(names)) {
      const library = libraries[name];
      if (library === undefined) throw new ConfigError(`${path} needs the address of its library ${name}.`, { path, name });
      for (const { start, length } of places) {
        code = `${code.slice(0, start * 2)}${library.slice(2).toLowerCase()}${code.slice((start + length) * 2)}`;
      }
    }
  }
  return { name: parsed.data.contractName, abi: parsed.data.abi as Abi, bytecode: toHex(code) };
}

function toHex(code: string): Hex {
  return code.startsWith("0x") ? (code as Hex) : `0x${code}`;
}
