import { type Address, BaseError, ContractFunctionRevertedError, type PublicClient } from "viem";
import { ChainError, InvalidInputError } from "../errors.ts";
import { aggregatorProxyAbi, optionMarketAbi } from "./abi.ts";

/** What proves a settlement price: `passPhase` with each of `passes` in order, then `settle` with the two round ids. */
export type SettlementRounds = { readonly passes: readonly bigint[]; readonly roundId: bigint; readonly previousId: bigint };

/** An option expiry of one underlying; `expiry` in unix seconds. */
export type SettlementRoundsParameters = { readonly market: Address; readonly underlying: Address; readonly expiry: bigint };

type Round = { readonly id: bigint; readonly updatedAt: bigint };
type Read = <T>(request: (blockNumber: bigint) => Promise<T>) => Promise<T | undefined>;

/**
 * Finds the rounds that settle one expiry, by binary search in each phase, over id gaps and invalid rounds; all reads at one block.
 * The rule that makes them unique is stated in contracts/market/Settlement.sol.
 * @returns undefined while no round can settle yet
 * @throws InvalidInputError when the underlying is not listed or no option of that expiry was ever traded
 * @throws ChainError when the node fails
 */
export async function settlementRounds(
  client: PublicClient,
  { market, underlying, expiry }: SettlementRoundsParameters,
): Promise<SettlementRounds | undefined> {
  const block = await client.getBlock();
  const read = readerAt(block.number);
  const option = { address: market, abi: optionMarketAbi } as const;
  const [feed, recorded, silence] = await Promise.all([
    read((blockNumber) => client.readContract({ ...option, functionName: "feedOf", args: [underlying], blockNumber })),
    read((blockNumber) =>
      client.readContract({ ...option, functionName: "settlementPhase", args: [underlying, expiry], blockNumber }),
    ),
    read((blockNumber) => client.readContract({ ...option, functionName: "SILENCE", blockNumber })),
  ]);
  if (!feed || !recorded || silence === undefined) {
    throw new InvalidInputError("no option of this expiry was ever traded", { market, underlying, expiry });
  }
  if (block.timestamp < expiry) return undefined;

  const proxy = { address: feed, abi: aggregatorProxyAbi } as const;
  const newest =
    (await read((blockNumber) => client.readContract({ ...proxy, functionName: "phaseId", blockNumber }))) ?? recorded;
  const end = expiry + silence;
  const passes: bigint[] = [];
  for (let phase = recorded; ; phase++) {
    const { previousId, first } = await aroundExpiry(client, read, feed, phase, expiry);
    if (first && (first.updatedAt < end || phase === newest)) return { passes, roundId: first.id, previousId };
    if (phase === newest || block.timestamp < end) return undefined;
    passes.push(previousId);
  }
}

/** The phase's last valid round before expiry (aggregator round 0 if none) and its first valid one at or after it. */
async function aroundExpiry(client: PublicClient, read: Read, feed: Address, phase: number, expiry: bigint) {
  const proxy = { address: feed, abi: aggregatorProxyAbi } as const;
  const aggregator = await read((blockNumber) =>
    client.readContract({ ...proxy, functionName: "phaseAggregators", args: [phase], blockNumber }),
  );
  const latest =
    aggregator &&
    (await read((blockNumber) =>
      client.readContract({ ...proxy, address: aggregator, functionName: "latestRound", blockNumber }),
    ));
  const base = BigInt(phase) << 64n;
  const last = base + BigInt.asUintN(64, latest ?? 0n);

  const validFrom = async (from: bigint): Promise<Round | undefined> => {
    for (let id = from; id <= last; id++) {
      const round = await read((blockNumber) =>
        client.readContract({ ...proxy, functionName: "getRoundData", args: [id], blockNumber }),
      );
      if (round && round[1] > 0n && round[3] > 0n) return { id, updatedAt: round[3] };
    }
    return undefined;
  };

  let [low, high] = [base + 1n, last + 1n];
  let first: Round | undefined;
  while (low < high) {
    const middle = (low + high) / 2n;
    const round = await validFrom(middle);
    if (round && round.updatedAt < expiry) low = round.id + 1n;
    else [high, first] = [middle, round ?? first];
  }
  return { previousId: low - 1n, first };
}

/** Reads at one block; a call that reverts is undefined, a node that fails is an error. */
function readerAt(blockNumber: bigint): Read {
  return async (request) => {
    try {
      return await request(blockNumber);
    } catch (cause) {
      if (cause instanceof BaseError && cause.walk((error) => error instanceof ContractFunctionRevertedError)) return undefined;
      throw new ChainError("the node did not answer a read of the price feed", { blockNumber }, { cause });
    }
  };
}
