import {
  type Abi,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionReturnType,
  decodeFunctionResult,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  type Hash,
  type Hex,
  multicall3Abi,
  type PublicClient,
} from "viem";
import { ChainError } from "../errors.ts";
import { readRevert } from "../execution/rpcError.ts";
import { priceOracleAbi, volSurfaceAbi } from "./abi.ts";

/** One view call, encoded once and asked at any block. */
export type Read<T> = {
  readonly target: Address;
  readonly callData: Hex;
  readonly decode: (data: Hex) => T;
  /** What a revert of it says, in words. */
  readonly explain: (data: Hex) => string;
};

type ViewName<abi extends Abi> = ContractFunctionName<abi, "view" | "pure">;
export type Answers<R extends readonly Read<unknown>[]> = { [K in keyof R]: R[K] extends Read<infer T> ? T : never };

/** What the vault passes on from below. */
const deeperErrors = [...priceOracleAbi, ...volSurfaceAbi].filter(({ type }) => type === "error");

/** Encodes a view call of a contract. */
export function read<
  const abi extends Abi,
  name extends ViewName<abi>,
  const args extends ContractFunctionArgs<abi, "view" | "pure", name>,
>(target: Address, abi: abi, functionName: name, args: args): Read<ContractFunctionReturnType<abi, "view" | "pure", name, args>> {
  const item = abi.filter((each) => each.type === "function" && each.name === functionName);
  const call = { abi: item, functionName, args } as unknown as EncodeFunctionDataParameters;
  return {
    target,
    callData: encodeFunctionData(call),
    decode: (data) =>
      decodeFunctionResult({ ...call, data } as never) as ContractFunctionReturnType<abi, "view" | "pure", name, args>,
    explain: (data) => `${functionName} of ${target} ${readRevert(data, [...abi, ...deeperErrors])}`,
  };
}

type Groups<G extends readonly (readonly Read<unknown>[])[]> = { [K in keyof G]: Answers<G[K]> };

/**
 * Asks groups of reads in one call at one block hash, through Multicall3; answers come group by group.
 * @throws ChainError when there is no Multicall3, or one of the reads reverts
 */
export async function readGroups<const G extends readonly (readonly Read<unknown>[])[]>(
  client: PublicClient,
  multicall3: Address,
  blockHash: Hash,
  groups: G,
): Promise<Groups<G>> {
  const reads = groups.flat();
  if (reads.length === 0) return groups.map(() => []) as unknown as Groups<G>;
  const answer = await client.call({ to: multicall3, data: encodeReads(reads), blockHash });
  if (answer.data === undefined)
    throw new ChainError(`There is no Multicall3 at ${multicall3}: check the address book`, { multicall3 });
  const results = decodeFunctionResult({ abi: multicall3Abi, functionName: "aggregate3", data: answer.data });
  let next = 0;
  const decodeNext = (each: Read<unknown>) => {
    const { success = false, returnData = "0x" } = results[next++] ?? {};
    if (!success) throw new ChainError(each.explain(returnData), { target: each.target });
    return each.decode(returnData);
  };
  return groups.map((group) => group.map(decodeNext)) as unknown as Groups<G>;
}

/** The last call that began with a read: what is read of a deployment is the same at every block. */
const encoded = new WeakMap<Read<unknown>, { readonly reads: readonly Read<unknown>[]; readonly data: Hex }>();

function encodeReads(reads: readonly Read<unknown>[]): Hex {
  const [first] = reads;
  const last = first && encoded.get(first);
  if (last?.reads.length === reads.length && last.reads.every((each, index) => each === reads[index])) return last.data;
  const calls = reads.map(({ target, callData }) => ({ target, callData, allowFailure: true }));
  const data = encodeFunctionData({ abi: multicall3Abi, functionName: "aggregate3", args: [calls] });
  if (first !== undefined) encoded.set(first, { reads, data });
  return data;
}
