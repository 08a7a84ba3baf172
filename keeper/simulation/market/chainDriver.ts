import {
  type Abi,
  type Address,
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
  getAddress,
  getContractAddress,
  type Hash,
  type Hex,
  hexToBigInt,
  hexToNumber,
  numberToHex,
} from "viem";
import { z } from "zod";
import { ChainError } from "../../errors.ts";
import { rpcReason } from "../../execution/rpcError.ts";
import type { Artifact } from "./loadArtifact.ts";

/** Any EIP-1193 provider of a development node with unlocked accounts: Hardhat in-process, or Hardhat, anvil over HTTP. */
export type ChainProvider = { request(args: { method: string; params?: unknown[] }): Promise<unknown> };

export type Contract = { readonly address: Address; readonly abi: Abi };

export type Sender = {
  readonly from: Address;
  /** Gas limit, `defaultGas` unless given. */
  readonly gas?: bigint;
  /** Priority fee in wei: a higher one comes earlier in the block. */
  readonly tipWei?: bigint;
  readonly valueWei?: bigint;
  /** Whether a revert is no reason to stop. */
  readonly mayRevert?: boolean;
};

export type MinedBlock = {
  readonly number: number;
  readonly timestamp: number;
  readonly hash: Hash;
  readonly parentHash: Hash;
  readonly stateRoot: Hex;
  readonly baseFeeWei: bigint;
  readonly gasLimit: bigint;
};

export type ChainDriver = {
  readonly provider: ChainProvider;
  readonly chainId: number;
  readonly accounts: readonly Address[];
  /** Puts a creation into the mempool and returns the address it will have. */
  deploy(sender: Sender, artifact: Artifact, args?: readonly unknown[]): Promise<Contract>;
  /** Puts a call into the mempool. */
  write(sender: Sender, contract: Contract, functionName: string, args?: readonly unknown[]): Promise<Hash>;
  /** Puts already encoded calldata into the mempool, after mining a block if it would overflow the next one; `label` names it should it fail. */
  send(sender: Sender, to: Address | undefined, data: Hex, label: string): Promise<Hash>;
  read(contract: Contract, functionName: string, args?: readonly unknown[], from?: Address): Promise<unknown>;
  /** The chain's last block, whoever mined it. */
  head(): Promise<MinedBlock>;
  /** Mines one block of what is in the mempool, at `timestamp` or one second after the last, and checks that all the driver sent succeeded. */
  mine(timestamp?: number): Promise<MinedBlock>;
  /** Mines until everything the driver sent is in a block. */
  settle(): Promise<MinedBlock>;
  setBaseFee(wei: bigint): Promise<void>;
  setBalance(account: Address, wei: bigint): Promise<void>;
  /** Lets the node sign for an account without its key, and gives it ether for gas. */
  impersonate(account: Address): Promise<void>;
};

const defaultGas = 1_500_000n;
const maxFeePerGasWei = numberToHex(2_000n * 10n ** 9n);
const defaultTipWei = 10n ** 9n;
/** Hardhat and anvil cap a transaction at 2^24 gas since Osaka (EIP-7825). */
const transactionGasCap = 16_777_216n;

const blockSchema = z.object({
  number: z.string(),
  timestamp: z.string(),
  hash: z.string(),
  parentHash: z.string(),
  stateRoot: z.string(),
  baseFeePerGas: z.string(),
  gasLimit: z.string(),
});
const receiptSchema = z.object({ status: z.string() }).nullable();
type Quantity = Hex;

/**
 * A driver that decides when blocks are mined and at what time. Senders carry explicit gas, fees and nonce, which makes them some
 * twenty times faster than letting the node estimate. Nonces are counted here: nobody else may send from an account the driver uses.
 * @throws ChainError when a transaction sent through the driver reverts, at the `mine` that included it
 */
export async function createChainDriver(provider: ChainProvider): Promise<ChainDriver> {
  const request = async <T>(method: string, params: unknown[] = []): Promise<T> => {
    try {
      return (await provider.request({ method, params })) as T;
    } catch (cause) {
      throw new ChainError(`${method} failed: ${rpcReason(cause)}`, { method }, { cause });
    }
  };
  const nonces = new Map<Address, number>();
  let queuedGas = 0n;
  let unmined: { hash: Hash; label: string; mayRevert: boolean }[] = [];

  await request("evm_setAutomine", [false]);
  const chainId = hexToNumber(await request<Quantity>("eth_chainId"));
  const accounts = (await request<Address[]>("eth_accounts")).map((account) => getAddress(account));
  let last = await latestBlock();

  async function latestBlock(): Promise<MinedBlock> {
    const block = blockSchema.parse(await request("eth_getBlockByNumber", ["latest", false]));
    return {
      number: hexToNumber(block.number as Hex),
      timestamp: hexToNumber(block.timestamp as Hex),
      hash: block.hash as Hash,
      parentHash: block.parentHash as Hash,
      stateRoot: block.stateRoot as Hex,
      baseFeeWei: hexToBigInt(block.baseFeePerGas as Hex),
      gasLimit: hexToBigInt(block.gasLimit as Hex),
    };
  }

  async function nextNonce(account: Address): Promise<number> {
    const known = nonces.get(account) ?? hexToNumber(await request<Quantity>("eth_getTransactionCount", [account, "pending"]));
    nonces.set(account, known + 1);
    return known;
  }

  async function submit(sender: Sender, nonce: number, to: Address | undefined, data: Hex, label: string): Promise<Hash> {
    const gas = sender.gas ?? defaultGas;
    // Anvil loses what does not fit into a block, so the mempool never holds more than one.
    if (queuedGas + gas > last.gasLimit) await driver.mine();
    queuedGas += gas;
    const transaction: Record<string, unknown> = {
      from: sender.from,
      data,
      nonce: numberToHex(nonce),
      gas: numberToHex(gas),
      maxFeePerGas: maxFeePerGasWei,
      maxPriorityFeePerGas: numberToHex(sender.tipWei ?? defaultTipWei),
      value: numberToHex(sender.valueWei ?? 0n),
    };
    if (to !== undefined) transaction.to = to;
    const hash = await request<Hash>("eth_sendTransaction", [transaction]);
    unmined.push({ hash, label, mayRevert: sender.mayRevert ?? false });
    return hash;
  }

  /** Drops what has been mined from the list and refuses what reverted. */
  async function confirmMined(): Promise<void> {
    const waiting: typeof unmined = [];
    const answers = await Promise.all(unmined.map(({ hash }) => request("eth_getTransactionReceipt", [hash])));
    for (const [index, sent] of unmined.entries()) {
      const receipt = receiptSchema.parse(answers[index]);
      if (receipt === null) waiting.push(sent);
      else if (receipt.status !== "0x1" && !sent.mayRevert) {
        unmined = [];
        throw new ChainError(`The transaction ${sent.label} reverted in block ${last.number}.`, { ...sent, block: last.number });
      }
    }
    unmined = waiting;
  }

  const driver: ChainDriver = {
    provider,
    chainId,
    accounts,
    async deploy(sender, artifact, args = []) {
      const data = encodeDeployData({ abi: artifact.abi, bytecode: artifact.bytecode, args: [...args] });
      const nonce = await nextNonce(sender.from);
      const wanted = 1_500_000n + BigInt(data.length / 2) * 240n;
      const gas = sender.gas ?? (wanted < transactionGasCap ? wanted : transactionGasCap);
      await submit({ ...sender, gas }, nonce, undefined, data, `creating ${artifact.name}`);
      return { address: getContractAddress({ from: sender.from, nonce: BigInt(nonce) }), abi: artifact.abi };
    },
    async write(sender, contract, functionName, args = []) {
      const data = encodeFunctionData({ abi: contract.abi, functionName, args: [...args] });
      return driver.send(sender, contract.address, data, `${functionName} of ${contract.address}`);
    },
    async send(sender, to, data, label) {
      return submit(sender, await nextNonce(sender.from), to, data, label);
    },
    async read(contract, functionName, args = [], from) {
      const data = encodeFunctionData({ abi: contract.abi, functionName, args: [...args] });
      const call = from === undefined ? { to: contract.address, data } : { to: contract.address, data, from };
      const result = await request<Hex>("eth_call", [call, "latest"]);
      return decodeFunctionResult({ abi: contract.abi, functionName, args: [...args], data: result });
    },
    async head() {
      last = await latestBlock();
      return last;
    },
    async mine(timestamp) {
      const time = timestamp ?? (await driver.head()).timestamp + 1;
      await request("evm_mine", [numberToHex(time)]);
      queuedGas = 0n;
      last = await latestBlock();
      await confirmMined();
      return last;
    },
    async settle() {
      for (let before = Number.POSITIVE_INFINITY; unmined.length > 0; ) {
        if (unmined.length >= before) {
          throw new ChainError(`The node does not mine ${unmined[0]?.label}.`, { unmined: unmined.length });
        }
        before = unmined.length;
        await driver.mine();
      }
      return last;
    },
    async setBaseFee(wei) {
      await request("hardhat_setNextBlockBaseFeePerGas", [numberToHex(wei)]);
    },
    async setBalance(account, wei) {
      await request("hardhat_setBalance", [account, numberToHex(wei)]);
    },
    async impersonate(account) {
      await request("hardhat_impersonateAccount", [account]);
      await driver.setBalance(account, 10_000n * 10n ** 18n);
    },
  };
  return driver;
}
