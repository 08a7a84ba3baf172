import {
  type Abi,
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  erc20Abi,
  formatEther,
  type PublicClient,
  zeroAddress,
} from "viem";
import {
  aaveV3VenueAbi,
  accessManagerAbi,
  aggregatorProxyAbi,
  optionMarketAbi,
  priceOracleAbi,
  riskEngineAbi,
  shareQueueAbi,
  uniswapPoolAbi,
  uniswapV3VenueAbi,
  vaultAbi,
  volSurfaceAbi,
} from "../chain/abi.ts";
import type { AddressBook } from "../chain/addressBook.ts";
import { checkAddresses, checkLiquidity } from "../chain/checkMarket.ts";
import { ChainError, ConfigError, KeelError, StaleDataError } from "../errors.ts";
import { isNodeFailure, rpcReason } from "../execution/rpcError.ts";

/** Who does what for one vault. */
export type RoleHolders = { readonly keeper: Address; readonly quoter: Address; readonly operator: Address };

export type Patient = {
  readonly client: PublicClient;
  readonly book: AddressBook;
  readonly holders: RoleHolders;
  /** Unix seconds of this machine. */
  readonly now: number;
  /** Opens the journal and closes it again. @throws KeelError when it cannot be used */
  readonly tryStore: () => Promise<string>;
};

/** One thing that was looked at; `problem` says what is wrong and what to do. */
export type Finding = { readonly check: string; readonly detail: string; readonly problem: KeelError | undefined };

/** Role ids as the deployment gave them, and the key each comes from. */
const roles = {
  keeper: { id: 1n, key: "KEEL_PRIVATE_KEY" },
  quoter: { id: 2n, key: "KEEL_QUOTER_PRIVATE_KEY" },
  operator: { id: 3n, key: "KEEL_OPERATOR_PRIVATE_KEY" },
} as const;

/** Gas of a large hedge; a sender that cannot pay for one is of no use. */
const HEDGE_GAS = 1_000_000n;
/** A clock further off than this signs quotes that are over before they begin. */
const CLOCK_SECONDS = 900;

const CHECKS: readonly (readonly [string, (patient: Patient) => Promise<string>])[] = [
  ["chain and code", checkCode],
  ["interfaces", checkInterfaces],
  ["roles", checkRoles],
  ["decimals", checkDecimals],
  ["feeds", checkFeeds],
  ["pools", checkPools],
  ["allowances", checkAllowances],
  ["gas money", checkGasMoney],
  ["clock", checkClock],
  ["store", ({ tryStore }) => tryStore()],
];

/**
 * Looks at everything that can be known to be wrong before the first block, one check after the other; all of them but those that the chain
 * must answer for when it does not.
 */
export async function examine(patient: Patient): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [check, look] of CHECKS) {
    const finding = await look(patient).then(
      (detail) => ({ check, detail, problem: undefined }),
      (error: unknown) => ({ check, detail: "", problem: asProblem(check, error) }),
    );
    findings.push(finding);
    // Nothing else can be said about another chain, or about contracts that are not there.
    if (finding.problem !== undefined && check === "chain and code") break;
  }
  return findings;
}

/** `keel run` starts only where everything is in order. @throws the first problem */
export async function requireHealthy(patient: Patient): Promise<void> {
  const sick = (await examine(patient)).find(({ problem }) => problem !== undefined);
  if (sick?.problem !== undefined) throw sick.problem;
}

function asProblem(check: string, error: unknown): KeelError {
  if (error instanceof KeelError) return error;
  if (isNodeFailure(error)) return new ChainError(`The node failed in the check of ${check}: ${rpcReason(error)}`);
  return new ConfigError(`The check of ${check} failed: ${rpcReason(error)}; does the address book fit this deployment?`);
}

async function checkCode({ client, book }: Patient): Promise<string> {
  await checkAddresses(client, book);
  return `chain ${book.chainId}, code at every address of the book`;
}

/** Every contract must be what the book says it is, and know the others: one wrong address would otherwise pass for another contract. */
async function checkInterfaces({ client, book }: Patient): Promise<string> {
  const { vault, optionMarket, priceOracle, riskEngine, shareQueue, accessManager, volSurface, uniswapVenue, aaveVenue } =
    book.contracts;
  const links: readonly (readonly [string, Address, Abi, string, Address])[] = [
    ["vault", vault, vaultAbi, "market", optionMarket],
    ["vault", vault, vaultAbi, "oracle", priceOracle],
    ["vault", vault, vaultAbi, "riskEngine", riskEngine],
    ["vault", vault, vaultAbi, "queue", shareQueue],
    ["vault", vault, vaultAbi, "authority", accessManager],
    ["vault", vault, vaultAbi, "quoteAsset", book.quote.address],
    ["volSurface", volSurface, volSurfaceAbi, "authority", accessManager],
    ["priceOracle", priceOracle, priceOracleAbi, "authority", accessManager],
  ];
  for (const [name, address, abi, functionName, expected] of links) {
    const found = await client.readContract({ address, abi, functionName }).catch(asUnlike(name, address, functionName));
    if (found !== expected)
      throw new ConfigError(
        `The ${name} ${address} names ${found} as its ${functionName}, the address book ${expected}: correct the address book`,
        { address, expected },
      );
  }
  const answers: readonly (readonly [string, Address, Abi, string, readonly unknown[]])[] = [
    ["optionMarket", optionMarket, optionMarketAbi, "balanceOf", [zeroAddress, 0n]],
    ["riskEngine", riskEngine, riskEngineAbi, "surface", []],
    ["shareQueue", shareQueue, shareQueueAbi, "openEpoch", []],
    ["uniswapVenue", uniswapVenue, uniswapV3VenueAbi, "exposure", [book.quote.address]],
    ["aaveVenue", aaveVenue, aaveV3VenueAbi, "health", []],
  ];
  for (const [name, address, abi, functionName, args] of answers)
    await client.readContract({ address, abi, functionName, args }).catch(asUnlike(name, address, functionName));
  for (const [name, venue, kind] of [
    ["uniswapVenue", uniswapVenue, 1],
    ["aaveVenue", aaveVenue, 2],
  ] as const) {
    const found = await client.readContract({ address: vault, abi: vaultAbi, functionName: "venueKind", args: [venue] });
    if (found !== kind)
      throw new ConfigError(`The vault does not trade on the ${name} ${venue}: let the admin call setVenue(${venue}, ${kind})`, {
        venue,
      });
  }
  return "every contract is what the book says and knows the others";
}

function asUnlike(name: string, address: Address, functionName: string): (error: unknown) => never {
  return (error) => {
    if (isNodeFailure(error)) throw error;
    throw new ConfigError(
      `The ${name} ${address} does not answer ${functionName}() (${rpcReason(error)}): another contract stands there, correct the address book`,
      { address },
    );
  };
}

async function checkRoles({ client, book: { contracts }, holders }: Patient): Promise<string> {
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
  return `keeper ${holders.keeper}, quoter ${holders.quoter}, operator ${holders.operator}`;
}

async function checkDecimals({ client, book }: Patient): Promise<string> {
  const tokens = [book.quote, ...book.underlyings];
  for (const { symbol, address, decimals } of tokens) {
    const found = await client.readContract({ address, abi: erc20Abi, functionName: "decimals" });
    if (found !== decimals)
      throw new ConfigError(`Token ${symbol} ${address} has ${found} decimals, the address book says ${decimals}: correct it`, {
        address,
      });
  }
  return tokens.map(({ symbol, decimals }) => `${symbol} ${decimals}`).join(", ");
}

async function checkFeeds({ client, book: { contracts, underlyings } }: Patient): Promise<string> {
  const ages: string[] = [];
  for (const { symbol, address, feed } of underlyings) {
    const oracle = { address: contracts.priceOracle, abi: priceOracleAbi } as const;
    const [inUse] = await client.readContract({ ...oracle, functionName: "feeds", args: [address] });
    if (inUse !== feed)
      throw new ConfigError(`The oracle prices ${symbol} by feed ${inUse}, the address book names ${feed}: correct it`, { feed });
    await client.readContract({ ...oracle, functionName: "price", args: [address] }).catch(asUnpriced(symbol, feed));
    const round = await client.readContract({ address: feed, abi: aggregatorProxyAbi, functionName: "latestRoundData" });
    const { timestamp } = await client.getBlock();
    ages.push(`${symbol} answered ${timestamp - round[3]} s ago`);
  }
  return ages.join(", ");
}

/** A feed that is late may answer at any moment; anything else wrong with it stays. */
function asUnpriced(symbol: string, feed: Address): (error: unknown) => never {
  return (error) => {
    if (isNodeFailure(error)) throw error;
    const revert = error instanceof BaseError ? error.walk((each) => each instanceof ContractFunctionRevertedError) : null;
    const { errorName, args = [] } = (revert instanceof ContractFunctionRevertedError && revert.data) || {};
    const isStale = errorName === "StalePrice";
    const named = errorName === undefined ? rpcReason(error) : `${errorName}(${args.map(String).join(", ")})`;
    const reason = isStale ? `its last answer is ${args[1]} s old, the limit is ${args[2]} s` : named;
    throw new (isStale ? StaleDataError : ConfigError)(
      `The ${symbol} feed ${feed} gives no usable price (${reason}): wait for its next answer, or let the admin name another feed`,
      { feed },
    );
  };
}

async function checkPools({ client, book }: Patient): Promise<string> {
  await checkLiquidity(client, book);
  for (const { symbol, address, pools } of book.underlyings)
    for (const pool of pools) {
      const at = { address: pool.address, abi: uniswapPoolAbi } as const;
      const [token0, token1, fee] = await Promise.all([
        client.readContract({ ...at, functionName: "token0" }),
        client.readContract({ ...at, functionName: "token1" }),
        client.readContract({ ...at, functionName: "fee" }),
      ]);
      const fits = [token0, token1].includes(address) && [token0, token1].includes(book.quote.address) && fee === pool.fee;
      if (!fits)
        throw new ConfigError(
          `Pool ${pool.address} trades ${token0} against ${token1} at ${fee}, not ${symbol} against ${book.quote.symbol} at ${pool.fee}: correct the address book`,
          { pool: pool.address },
        );
    }
  return book.underlyings.map(({ symbol, pools }) => `${symbol} ${pools.length}`).join(", ");
}

/** The vault and its venues approve what they need themselves; what a key of ours has approved is a way for others to take it. */
async function checkAllowances({ client, book, holders }: Patient): Promise<string> {
  const { vault, uniswapVenue, aaveVenue } = book.contracts;
  const pairs = Object.entries(holders).flatMap(([name, owner]) =>
    [book.quote, ...book.underlyings].flatMap(({ symbol, address }) =>
      [vault, uniswapVenue, aaveVenue].map((spender) => ({ name, owner, symbol, address, spender })),
    ),
  );
  await Promise.all(
    pairs.map(async ({ name, owner, symbol, address, spender }) => {
      const allowed = await client.readContract({ address, abi: erc20Abi, functionName: "allowance", args: [owner, spender] });
      if (allowed > 0n)
        throw new ConfigError(
          `The ${name} ${owner} lets ${spender} spend its ${symbol}, which hedging never needs: set that allowance to 0, or use a key that does nothing else`,
          { owner, spender },
        );
    }),
  );
  return "the keys have approved nothing, and need not";
}

async function checkGasMoney({ client, holders: { keeper, operator } }: Patient): Promise<string> {
  const needed = HEDGE_GAS * (await client.getGasPrice());
  const held: string[] = [];
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
    held.push(`${name} ${Number(formatEther(balance)).toFixed(3)}`);
  }
  return `${held.join(", ")} ether`;
}

/** A development chain has a time of its own; it is not off, it is another time. */
async function checkClock({ client, book: { chainId }, now }: Patient): Promise<string> {
  const apart = now - Number((await client.getBlock()).timestamp);
  if (chainId !== 31_337 && Math.abs(apart) > CLOCK_SECONDS)
    throw new ConfigError(
      `This machine's clock is ${Math.abs(apart)} s ${apart > 0 ? "ahead of" : "behind"} the newest block: set it (timedatectl), or see whether the node is still syncing`,
      { apart },
    );
  return `${apart} s ahead of the newest block`;
}
