import { BaseError, type PublicClient } from "viem";
import { ChainError } from "../errors.ts";
import { rpcReason } from "../execution/rpcError.ts";
import type { AddressBook } from "./addressBook.ts";
import { createMarketMemory, forgetChanged, type MarketMemory } from "./marketMemory.ts";
import { poolHeads, readTicks } from "./poolReads.ts";
import { readGroups } from "./reads.ts";
import { isLive, readTerms, termsOf } from "./readTerms.ts";
import { readReserves } from "./reserveReads.ts";
import { type BlockHead, lockedQuote, type Snapshot, type UnderlyingSnapshot } from "./snapshot.ts";
import { stateReads } from "./stateReads.ts";
import { liquidationThreshold, underlyingState } from "./underlyingState.ts";
import { fromUnits, fromWad, RAY } from "./units.ts";

/**
 * Reads the vault and its market at one block hash: state first, with the smiles and settlements of the expiries in memory, then those of other
 * legs found there, and the depth of pools and reserves as far as it may have changed since the block in memory.
 * @param wanted  expiries whose smiles are wanted besides those in the book (what the desk sells), unix seconds, by now and seasoning
 * @param memory  what earlier reads by the same reader found
 * @throws ChainError when the node cannot answer at that hash, or answers with the state of another block
 */
export async function readSnapshot(
  client: PublicClient,
  addresses: AddressBook,
  block: BlockHead,
  wanted: (now: number, seasoning: number) => readonly number[] = () => [],
  memory: MarketMemory = createMarketMemory(),
): Promise<Snapshot> {
  const { contracts, quote, multicall3 } = addresses;
  const reads = stateReads(addresses);
  try {
    const { slots, liquidities } = reads.pools;
    const poolAddresses = addresses.underlyings.flatMap(({ pools }) => pools.map(({ address }) => address));
    const asked = memory.terms.filter((term) => isLive(term) === term.expiry > block.timestamp);
    const termReads = asked.map((term) => term.read);
    const [[vaultAnswers, slotAnswers, liquidityAnswers, termAnswers, ...answers]] = await Promise.all([
      readGroups(client, multicall3, block.hash, [reads.vault, slots, liquidities, termReads, ...reads.underlyings]),
      forgetChanged(client, block, poolAddresses, memory),
    ]);
    const [quoteCash, freeLiquidity, budgetLeft, quoteLent, quoteReserve, epoch, epochLength, struck, ...rest] = vaultAnswers;
    const [paused, limits, windDown, seasoningSeconds, clock] = rest;
    const seasoning = Number(seasoningSeconds);
    // Some nodes and proxies ignore the hash they are asked at.
    if (Number(clock) !== block.timestamp)
      throw new ChainError(`the node answered with the state of another block, of time ${clock} instead of ${block.timestamp}`);
    const states = addresses.underlyings.map((underlying, index) => {
      const answer = answers[index];
      if (answer === undefined) throw new ChainError(`${underlying.symbol} was not answered`, { underlying });
      return underlyingState(underlying, answer);
    });
    const heads = poolHeads(addresses, slotAnswers, liquidityAnswers);
    const answered = new Map(asked.map((term, index) => [term, termAnswers[index] ?? 0n]));
    memory.terms = termsOf(addresses, states, block.timestamp, wanted(block.timestamp, seasoning), asked);
    const [underlyings, pools, reserves] = await Promise.all([
      readTerms(client, block.hash, addresses, states, memory.terms, answered),
      readTicks(client, multicall3, block.hash, heads.flat(), memory),
      readReserves(
        client,
        addresses,
        block.hash,
        answers.map((answer) => answer[5]),
        memory,
      ),
    ]);
    const quoteLiquidationThreshold = liquidationThreshold(quoteReserve.configuration.data);
    const quoteHeld = { quoteCash: fromUnits(quoteCash, quote.decimals), quoteLent: fromUnits(quoteLent, quote.decimals) };
    return {
      block,
      vault: contracts.vault,
      equity: equityOf(quoteHeld.quoteCash + quoteHeld.quoteLent, states),
      ...quoteHeld,
      quoteSupplyRate: Number(quoteReserve.currentLiquidityRate) / RAY,
      freeLiquidity: fromUnits(freeLiquidity, quote.decimals),
      budgetLeft: fromWad(budgetLeft),
      budgetLimit: fromWad(limits.budgetWad),
      quoteLiquidationThreshold,
      health: healthOf(quoteHeld.quoteLent * quoteLiquidationThreshold, states),
      healthFloor: fromWad(limits.healthFloorWad),
      maxBorrowRate: fromWad(limits.maxBorrowRateWad),
      minCash: fromUnits(limits.minCash, quote.decimals),
      queue: {
        openEpoch: Number(epoch[0]),
        cutoff: Number(epoch[1]),
        epochSeconds: Number(epochLength),
        struckDeposits: Number(struck[0]),
        struckRedemptions: Number(struck[1]),
      },
      paused,
      maxSurfaceAge: limits.maxSurfaceAge,
      seasoning,
      premiumBand: { oracle: fromWad(limits.oracleBandWad), vol: fromWad(limits.volBandWad) },
      windDown: { startedAt: Number(windDown[0]), closed: windDown[1] },
      underlyings: underlyings.map((each, index): UnderlyingSnapshot => {
        const own = addresses.underlyings[index]?.pools.map(({ address }) => address) ?? [];
        const { available, debt, curve } = reserves[index] ?? { available: 0, debt: 0, curve: undefined };
        return { ...each, pools: pools.filter(({ address }) => own.includes(address)), reserve: { available, debt, curve } };
      }),
    };
  } catch (cause) {
    throw new ChainError(
      `Block ${block.number} (${block.hash}) could not be read: ${shortMessage(cause)}`,
      { block: block.number },
      { cause },
    );
  }
}

/**
 * Aave's health factor from what the vault has lent and borrowed (Aave v3: collateral at its liquidation threshold over debt), at the vault's
 * prices; Aave's own view costs more than all other reads together.
 */
function healthOf(
  quoteCollateral: number,
  states: readonly Pick<UnderlyingSnapshot, "lent" | "price" | "liquidationThreshold">[],
): number {
  let [collateral, debt] = [quoteCollateral, 0];
  for (const { lent, price, liquidationThreshold: threshold } of states) {
    if (lent > 0) collateral += lent * price * threshold;
    else debt -= lent * price;
  }
  return debt === 0 ? Number.POSITIVE_INFINITY : collateral / debt;
}

/** As the vault's own `equity()`: quote in every form, puts' collateral included, and what the vault says each underlying's side is worth. */
function equityOf(quote: number, states: readonly Pick<UnderlyingSnapshot, "legs" | "onChain">[]): number {
  return states.reduce((sum, { legs, onChain }) => sum + lockedQuote(legs) + onChain.value, quote);
}

function shortMessage(cause: unknown): string {
  if (cause instanceof ChainError) return cause.message;
  return cause instanceof BaseError ? rpcReason(cause) : String(cause);
}
