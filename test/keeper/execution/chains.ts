import { type Address, createPublicClient, custom, type EIP1193RequestFn, type Hex, http, type PublicClient, toHex } from "viem";
import type { Head } from "../../../keeper/execution/context.ts";
import { plainNetwork } from "../../../keeper/simulation/market/plainNetwork.ts";
import { startAnvil } from "../../startAnvil.ts";

/** A development chain that mines only when it is told to. */
export type Chain = {
  id: number;
  url: string | null;
  client: PublicClient;
  /** Any method of the node, its own ones included. */
  request(method: string, parameters?: readonly unknown[]): Promise<unknown>;
  mine(): Promise<Head>;
  head(): Promise<Head>;
  fund(address: Address, wei: bigint): Promise<unknown>;
  close(): Promise<unknown>;
};

/** Hardhat's chain in this process. */
export async function openHardhatChain(): Promise<Chain> {
  const connection = await plainNetwork().create();
  const request = (method: string, params: readonly unknown[] = []) => connection.provider.request({ method, params });
  await request("evm_setAutomine", [false]);
  const eip1193 = {
    request: (({ method, params }: { method: string; params?: readonly unknown[] }) =>
      request(method, params)) as EIP1193RequestFn,
  };
  const client = createPublicClient({ transport: custom(eip1193, { retryCount: 0 }), cacheTime: 0 });
  return {
    ...(await chainOf(client, request)),
    url: null,
    fund: (to, wei) => request("hardhat_setBalance", [to, toHex(wei)]),
    close: () => connection.close(),
  };
}

/** An anvil of its own, on a port the system chooses. */
export async function openAnvilChain(): Promise<Chain> {
  const { url, close } = await startAnvil();
  const client = createPublicClient({ transport: http(url, { retryCount: 0 }), cacheTime: 0 });
  const request = (method: string, params: readonly unknown[] = []) =>
    client.request({ method, params } as never) as Promise<unknown>;
  return { ...(await chainOf(client, request)), url, fund: (to, wei) => request("anvil_setBalance", [to, toHex(wei)]), close };
}

async function chainOf(client: PublicClient, request: Chain["request"]) {
  const head = async (): Promise<Head> => {
    const { number, hash, baseFeePerGas } = await client.getBlock();
    return { number: number as bigint, hash: hash as Hex, baseFeePerGas };
  };
  const mine = async () => {
    await request("evm_mine");
    return head();
  };
  return { id: await client.getChainId(), client, request, mine, head };
}
