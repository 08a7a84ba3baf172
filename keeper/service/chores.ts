import { type Address, encodeFunctionData, type Hex, maxUint256, multicall3Abi, type PublicClient } from "viem";
import { optionMarketAbi, shareQueueAbi, vaultAbi } from "../chain/abi.ts";
import type { AddressBook } from "../chain/addressBook.ts";
import { packSeries, seriesOf } from "../chain/seriesId.ts";
import { settlementRounds } from "../chain/settlementRounds.ts";
import type { Snapshot, UnderlyingSnapshot } from "../chain/snapshot.ts";
import { waitingEpoch } from "../chain/waitingEpoch.ts";
import type { OptionLeg } from "../risk/book.ts";

/** Calls that anyone may make and that are due; one transaction carries them all. */
export type Chores = { readonly to: Address; readonly data: Hex; readonly reason: string };

type Call = { readonly target: Address; readonly callData: Hex; readonly what: string };

/** What an underlying's expired legs need: the settlements belong together, of the others each may fail alone. */
type Settlement = { readonly settles: readonly Call[]; readonly collects: readonly Call[]; readonly pairs: readonly Call[] };

/**
 * What is due at this block: settle expired series with the round that proves their price, collect their collateral and what netted pairs
 * left, strike a closed epoch; when the vault winds down and has no legs left, empty its accounts and close it.
 * Every call is tried first, after those before it; one that would fail (no round after expiry yet, no price after the cutoff yet) waits for
 * a later block.
 */
export async function dueChores(client: PublicClient, addresses: AddressBook, snapshot: Snapshot): Promise<Chores | undefined> {
  const possible: Call[] = [];
  const add = async (calls: readonly Call[]): Promise<boolean> => {
    const fits = calls.length > 0 && (await succeeds(client, addresses, snapshot, [...possible, ...calls]));
    if (fits) possible.push(...calls);
    return fits;
  };
  const settlements = snapshot.underlyings.map((underlying) => settlementCalls(client, addresses, snapshot, underlying));
  for (const { settles, collects, pairs } of await Promise.all(settlements)) {
    if (await add([...settles, ...collects])) continue;
    await add(settles);
    // A leg of which all is netted has nothing to collect by itself.
    for (const call of [...collects, ...pairs]) await add([call]);
  }
  for (const group of [strikeCalls(addresses, snapshot), ...windDownCalls(addresses, snapshot).map((call) => [call])])
    await add(group);
  if (possible.length === 0) return undefined;
  return { to: addresses.multicall3, data: encodeCalls(possible), reason: possible.map(({ what }) => what).join("; ") };
}

async function settlementCalls(
  client: PublicClient,
  { contracts }: AddressBook,
  snapshot: Snapshot,
  underlying: UnderlyingSnapshot,
): Promise<Settlement> {
  const expired = underlying.legs.filter(({ expiry }) => expiry <= snapshot.block.timestamp);
  const open = new Set(expired.filter((leg) => leg.settlementPrice === undefined).map(({ expiry }) => expiry));
  const settles: Call[] = [];
  const unproven = new Set<number>();
  for (const expiry of open) {
    const proof = { market: contracts.optionMarket, underlying: underlying.address, expiry: BigInt(expiry) };
    const rounds = await settlementRounds(client, proof);
    if (rounds === undefined) {
      unproven.add(expiry);
      continue;
    }
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
  const settled = expired.filter(({ expiry }) => !unproven.has(expiry));
  const nameOf = (leg: OptionLeg) => `${underlying.symbol} ${leg.strike} ${leg.type}`;
  const collects = settled.map((leg): Call => {
    const callData = encodeFunctionData({
      abi: vaultAbi,
      functionName: "collect",
      args: [packSeries(seriesOf(underlying.address, leg))],
    });
    return { target: contracts.vault, callData, what: `collect ${nameOf(leg)}` };
  });
  const pairs = settled.flatMap((short) =>
    settled
      .filter((long) => canBeNetted(short, long))
      .map((long): Call => {
        const args = [packSeries(seriesOf(underlying.address, short)), packSeries(seriesOf(underlying.address, long))] as const;
        const callData = encodeFunctionData({ abi: vaultAbi, functionName: "collectNetted", args });
        return { target: contracts.vault, callData, what: `collect ${nameOf(short)} with ${long.strike}` };
      }),
  );
  return { settles, collects, pairs };
}

function canBeNetted(short: OptionLeg, long: OptionLeg): boolean {
  return short.size < 0 && long.size > 0 && short.type === long.type && short.expiry === long.expiry;
}

/** One epoch a strike, the oldest first. */
function strikeCalls({ contracts }: AddressBook, snapshot: Snapshot): readonly Call[] {
  const waiting = waitingEpoch(snapshot);
  if (waiting === undefined) return [];
  const callData = encodeFunctionData({ abi: shareQueueAbi, functionName: "strike" });
  return [{ target: contracts.shareQueue, callData, what: `strike epoch ${waiting.epoch}` }];
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
