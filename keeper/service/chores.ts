import { type Address, encodeFunctionData, type Hex, maxUint256, multicall3Abi, type PublicClient } from "viem";
import { optionMarketAbi, shareQueueAbi, vaultAbi } from "../chain/abi.ts";
import type { AddressBook } from "../chain/addressBook.ts";
import { packSeries, seriesOf } from "../chain/seriesId.ts";
import { settlementRounds } from "../chain/settlementRounds.ts";
import type { Snapshot, UnderlyingSnapshot } from "../chain/snapshot.ts";

/** Calls that anyone may make and that are due; one transaction carries them all. */
export type Chores = { readonly to: Address; readonly data: Hex; readonly reason: string };

type Call = { readonly target: Address; readonly callData: Hex; readonly what: string };

/**
 * What is due at this block: settle expired series with the round that proves their price, collect their collateral, strike a closed epoch;
 * when the vault winds down and has no legs left, empty its accounts and close it.
 * Every call is tried first; one that would fail (no round after expiry yet, no price after the cutoff yet) waits for a later block.
 */
export async function dueChores(client: PublicClient, addresses: AddressBook, snapshot: Snapshot): Promise<Chores | undefined> {
  const groups = await Promise.all([
    ...snapshot.underlyings.map((underlying) => settlementCalls(client, addresses, snapshot, underlying)),
    strikeCalls(addresses, snapshot),
    ...windDownCalls(addresses, snapshot).map((call) => [call]),
  ]);
  const possible: Call[] = [];
  for (const group of groups) {
    if (group.length > 0 && (await succeeds(client, addresses, snapshot, group))) possible.push(...group);
  }
  if (possible.length === 0) return undefined;
  return { to: addresses.multicall3, data: encodeCalls(possible), reason: possible.map(({ what }) => what).join("; ") };
}

async function settlementCalls(
  client: PublicClient,
  { contracts }: AddressBook,
  snapshot: Snapshot,
  underlying: UnderlyingSnapshot,
): Promise<readonly Call[]> {
  const expired = underlying.legs.filter(({ expiry }) => expiry <= snapshot.block.timestamp);
  const open = new Set(expired.filter((leg) => leg.settlementPrice === undefined).map(({ expiry }) => expiry));
  const settles: Call[] = [];
  for (const expiry of open) {
    const proof = { market: contracts.optionMarket, underlying: underlying.address, expiry: BigInt(expiry) };
    const rounds = await settlementRounds(client, proof);
    if (rounds === undefined) return [];
    const market = { abi: optionMarketAbi } as const;
    const shared = [underlying.address, BigInt(expiry)] as const;
    const passes = rounds.passes.map((lastId) =>
      encodeFunctionData({ ...market, functionName: "passPhase", args: [...shared, lastId] }),
    );
    const settle = encodeFunctionData({
      ...market,
      functionName: "settle",
      args: [...shared, rounds.roundId, rounds.previousId],
    });
    const what = `settle ${underlying.symbol} ${new Date(expiry * 1000).toISOString()}`;
    settles.push(...[...passes, settle].map((callData) => ({ target: contracts.optionMarket, callData, what })));
  }
  const collects = expired.map((leg): Call => {
    const series = packSeries(seriesOf(underlying.address, leg));
    const callData = encodeFunctionData({ abi: vaultAbi, functionName: "collect", args: [series] });
    return { target: contracts.vault, callData, what: `collect ${underlying.symbol} ${leg.strike} ${leg.type}` };
  });
  return [...settles, ...collects];
}

/** One epoch a strike, the oldest first. */
function strikeCalls({ contracts }: AddressBook, { block, queue, windDown }: Snapshot): readonly Call[] {
  if (windDown.closed) return [];
  const closed = block.timestamp >= queue.cutoff ? queue.openEpoch : queue.openEpoch - 1;
  // Deposits are struck no more once the vault winds down.
  const struck = windDown.startedAt > 0 ? queue.struckRedemptions : Math.min(queue.struckDeposits, queue.struckRedemptions);
  if (struck >= closed) return [];
  const callData = encodeFunctionData({ abi: shareQueueAbi, functionName: "strike" });
  return [{ target: contracts.shareQueue, callData, what: `strike epoch ${struck + 1}` }];
}

/** Each on its own: one that cannot be done yet must not hold up the others. */
function windDownCalls({ contracts, quote }: AddressBook, snapshot: Snapshot): readonly Call[] {
  const { windDown, underlyings, quoteLent } = snapshot;
  if (windDown.startedAt === 0 || underlyings.some(({ legs }) => legs.length > 0)) return [];
  const vault = (what: string, callData: Hex): Call => ({ target: contracts.vault, callData, what });
  const unwinds = [...underlyings.map(({ address, symbol, lent }) => ({ address, symbol, lent })), { ...quote, lent: quoteLent }]
    .filter(({ lent }) => lent !== 0)
    .map(({ address, symbol }) => {
      const args = [contracts.aaveVenue, address, maxUint256] as const;
      return vault(`unwind ${symbol} on Aave`, encodeFunctionData({ abi: vaultAbi, functionName: "unwindAccount", args }));
    });
  if (windDown.closed) return unwinds;
  return [...unwinds, vault("close the vault", encodeFunctionData({ abi: vaultAbi, functionName: "finishWindDown" }))];
}

async function succeeds(
  client: PublicClient,
  { multicall3 }: AddressBook,
  { block }: Snapshot,
  calls: readonly Call[],
): Promise<boolean> {
  try {
    await client.call({ to: multicall3, data: encodeCalls(calls), blockHash: block.hash });
    return true;
  } catch {
    return false;
  }
}

function encodeCalls(calls: readonly Call[]): Hex {
  const args = calls.map(({ target, callData }) => ({ target, callData, allowFailure: false }));
  return encodeFunctionData({ abi: multicall3Abi, functionName: "aggregate3", args: [args] });
}
