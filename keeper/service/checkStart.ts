import { type Address, BaseError, ContractFunctionRevertedError, formatEther, type PublicClient } from "viem";
import { accessManagerAbi, priceOracleAbi } from "../chain/abi.ts";
import type { AddressBook } from "../chain/addressBook.ts";
import { checkAddresses, checkLiquidity } from "../chain/checkMarket.ts";
import { ConfigError } from "../errors.ts";
import { rpcReason } from "../execution/rpcError.ts";

/** Who does what for one vault. */
export type RoleHolders = { readonly keeper: Address; readonly quoter: Address; readonly operator: Address };

/** Role ids as the deployment gave them, and the key each comes from. */
const roles = {
  keeper: { id: 1n, key: "KEEL_PRIVATE_KEY" },
  quoter: { id: 2n, key: "KEEL_QUOTER_PRIVATE_KEY" },
  operator: { id: 3n, key: "KEEL_OPERATOR_PRIVATE_KEY" },
} as const;

/** Gas of a large hedge; a sender that cannot pay for one is of no use. */
const HEDGE_GAS = 1_000_000n;

/**
 * Everything that can be known to be wrong before the first block is looked at: chain, code, roles, feeds, pools, gas money.
 * @throws ConfigError with the cause and the cure in one line; ChainError when the node does not answer
 */
export async function checkStart(client: PublicClient, book: AddressBook, holders: RoleHolders): Promise<void> {
  await checkAddresses(client, book);
  await checkRoles(client, book, holders);
  await checkFeeds(client, book);
  await checkLiquidity(client, book);
  await checkGasMoney(client, holders);
}

async function checkRoles(client: PublicClient, { contracts }: AddressBook, holders: RoleHolders): Promise<void> {
  const manager = contracts.accessManager;
  for (const name of ["keeper", "quoter", "operator"] as const) {
    const { id, key } = roles[name];
    const read = { address: manager, abi: accessManagerAbi, functionName: "hasRole" } as const;
    const [isMember] = await client.readContract({ ...read, args: [id, holders[name]] });
    if (!isMember)
      throw new ConfigError(
        `${holders[name]} lacks the role of the ${name}: set ${key} to the key that has it, or let the admin call grantRole(${id}, ${holders[name]}, 0) on ${manager}`,
        { role: name, account: holders[name] },
      );
  }
}

async function checkFeeds(client: PublicClient, { contracts, underlyings }: AddressBook): Promise<void> {
  for (const { symbol, address, feed } of underlyings) {
    try {
      const oracle = { address: contracts.priceOracle, abi: priceOracleAbi } as const;
      await client.readContract({ ...oracle, functionName: "price", args: [address] });
    } catch (error) {
      throw new ConfigError(
        `The ${symbol} feed ${feed} gives no usable price (${priceProblem(error)}): wait for its next answer, or let the admin name another feed`,
        { feed },
      );
    }
  }
}

function priceProblem(error: unknown): string {
  const revert = error instanceof BaseError ? error.walk((each) => each instanceof ContractFunctionRevertedError) : undefined;
  if (!(revert instanceof ContractFunctionRevertedError) || revert.data === undefined) return rpcReason(error);
  const { errorName, args = [] } = revert.data;
  if (errorName === "StalePrice") return `its last answer is ${args[1]} s old, the limit is ${args[2]} s`;
  return `${errorName}(${args.map(String).join(", ")})`;
}

async function checkGasMoney(client: PublicClient, { keeper, operator }: RoleHolders): Promise<void> {
  const needed = HEDGE_GAS * (await client.getGasPrice());
  for (const [name, address] of [
    ["keeper", keeper],
    ["operator", operator],
  ] as const) {
    const balance = await client.getBalance({ address });
    if (balance < needed)
      throw new ConfigError(
        `The ${name} ${address} has ${formatEther(balance)} ether and one hedge may cost ${formatEther(needed)}: send it gas money`,
        { address, balance, needed },
      );
  }
}
