import { type Address, erc20Abi, type Hash, type PublicClient, parseAbi } from "viem";
import { aaveRateStrategyAbi } from "./abi.ts";
import type { AddressBook } from "./addressBook.ts";
import type { MarketMemory } from "./marketMemory.ts";
import { read, readGroups } from "./reads.ts";
import type { RateCurve, ReserveState } from "./snapshot.ts";
import { fromUnits, RAY } from "./units.ts";

/** What Aave's pool says of a reserve, as far as it matters here. */
export type ReserveData = {
  readonly configuration: { readonly data: bigint };
  readonly liquidityIndex: bigint;
  readonly currentLiquidityRate: bigint;
  readonly variableBorrowIndex: bigint;
  readonly currentVariableBorrowRate: bigint;
  readonly lastUpdateTimestamp: number;
  readonly aTokenAddress: Address;
  readonly variableDebtTokenAddress: Address;
  readonly interestRateStrategyAddress: Address;
};

const debtTokenAbi = parseAbi(["function scaledTotalSupply() view returns (uint256)"]);
/** Since Aave 3.1 one strategy serves all reserves and is asked for each (DefaultReserveInterestRateStrategyV2). */
const sharedStrategyAbi = parseAbi([
  "function getOptimalUsageRatio(address reserve) view returns (uint256)",
  "function getBaseVariableBorrowRate(address reserve) view returns (uint256)",
  "function getVariableRateSlope1(address reserve) view returns (uint256)",
  "function getVariableRateSlope2(address reserve) view returns (uint256)",
]);

/**
 * How much each underlying's reserve holds and is owed, and its rate curve. Whatever changes a reserve moves its time of update, indexes or rates,
 * so one that shows the marks it showed before is not read again.
 */
export async function readReserves(
  client: PublicClient,
  { underlyings, multicall3 }: AddressBook,
  blockHash: Hash,
  reserves: readonly ReserveData[],
  memory: Pick<MarketMemory, "reserves" | "curves">,
): Promise<readonly ReserveState[]> {
  const changed = underlyings.flatMap(({ address, decimals }, index) => {
    const data = reserves[index];
    return data !== undefined && memory.reserves.get(address)?.mark !== markOf(data) ? [{ address, decimals, data }] : [];
  });
  const [available, debts] = await readGroups(client, multicall3, blockHash, [
    changed.map(({ address, data }) => read(address, erc20Abi, "balanceOf", [data.aTokenAddress])),
    changed.map(({ data }) => read(data.variableDebtTokenAddress, debtTokenAbi, "scaledTotalSupply", [])),
  ]);
  for (const [index, { address, decimals, data }] of changed.entries()) {
    const curve = await curveOf(client, multicall3, address, data.interestRateStrategyAddress, memory.curves);
    memory.reserves.set(address, {
      mark: markOf(data),
      available: fromUnits(available[index] ?? 0n, decimals),
      debt: (fromUnits(debts[index] ?? 0n, decimals) * Number(data.variableBorrowIndex)) / RAY,
      curve: curve && { ...curve, reserveFactor: reserveFactor(data.configuration.data) },
    });
  }
  return underlyings.map(({ address }) => {
    const { available: units = 0, debt = 0, curve } = memory.reserves.get(address) ?? {};
    return { available: units, debt, curve };
  });
}

function markOf(data: ReserveData): string {
  const { lastUpdateTimestamp, liquidityIndex, variableBorrowIndex, currentLiquidityRate, currentVariableBorrowRate } = data;
  const { interestRateStrategyAddress, configuration } = data;
  return [
    lastUpdateTimestamp,
    liquidityIndex,
    variableBorrowIndex,
    currentLiquidityRate,
    currentVariableBorrowRate,
    interestRateStrategyAddress,
    configuration.data,
  ].join();
}

/** Bits 64 to 79 of Aave v3's reserve configuration, in basis points (DataTypes.ReserveConfigurationMap). */
function reserveFactor(configuration: bigint): number {
  return Number((configuration >> 64n) & 0xffffn) / 10_000;
}

/** A strategy's parameters, of either kind; they change only with the strategy or, on a shared one, by governance. */
async function curveOf(
  client: PublicClient,
  multicall3: Address,
  asset: Address,
  strategy: Address,
  curves: MarketMemory["curves"],
): Promise<Omit<RateCurve, "reserveFactor"> | undefined> {
  const key = `${asset} ${strategy}`;
  if (!curves.has(key)) {
    const own = { address: strategy, abi: aaveRateStrategyAbi } as const;
    const shared = { address: strategy, abi: sharedStrategyAbi, args: [asset] } as const;
    const answers = await client.multicall({
      multicallAddress: multicall3,
      contracts: [
        { ...own, functionName: "OPTIMAL_USAGE_RATIO" },
        { ...own, functionName: "getBaseVariableBorrowRate" },
        { ...own, functionName: "getVariableRateSlope1" },
        { ...own, functionName: "getVariableRateSlope2" },
        { ...shared, functionName: "getOptimalUsageRatio" },
        { ...shared, functionName: "getBaseVariableBorrowRate" },
        { ...shared, functionName: "getVariableRateSlope1" },
        { ...shared, functionName: "getVariableRateSlope2" },
      ],
    });
    const figures = answers.flatMap(({ result }) => (result === undefined ? [] : [Number(result) / RAY]));
    const [optimalUsage = 0, base = 0, slope1 = 0, slope2 = 0] = figures;
    curves.set(key, figures.length === 4 ? { optimalUsage, base, slope1, slope2 } : undefined);
  }
  return curves.get(key);
}
