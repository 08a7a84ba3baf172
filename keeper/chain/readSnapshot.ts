import { BaseError, type PublicClient } from "viem";
import { ChainError } from "../errors.ts";
import type { AddressBook } from "./addressBook.ts";
import { readGroups } from "./reads.ts";
import { readTerms } from "./readTerms.ts";
import { type BlockHead, lockedQuote, type Snapshot, type UnderlyingSnapshot } from "./snapshot.ts";
import { stateReads } from "./stateReads.ts";
import { liquidationThreshold, underlyingState } from "./underlyingState.ts";
import { fromUnits, fromWad, RAY } from "./units.ts";

/**
 * Reads the vault and its market at one block hash: state first, then the smiles and settlements of the legs found there.
 * @param extraExpiries expiries whose smiles are wanted besides those in the book (what the desk sells), unix seconds
 * @throws ChainError when the node cannot answer at that hash
 */
export async function readSnapshot(
  client: PublicClient,
  addresses: AddressBook,
  block: BlockHead,
  extraExpiries: readonly number[] = [],
): Promise<Snapshot> {
  const { contracts, quote, multicall3 } = addresses;
  const reads = stateReads(addresses);
  try {
    const [shared, ...answers] = await readGroups(client, multicall3, block.hash, [reads.vault, ...reads.underlyings]);
    const [quoteCash, freeLiquidity, budgetLeft, quoteLent, quoteReserve, epoch, struck, paused, limits, windDown] = shared;
    const states = addresses.underlyings.map((underlying, index) => {
      const answer = answers[index];
      if (answer === undefined) throw new ChainError(`${underlying.symbol} was not answered`, { underlying });
      return underlyingState(underlying, quote, answer);
    });
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
      quoteLiquidationThreshold,
      health: healthOf(quoteHeld.quoteLent * quoteLiquidationThreshold, states),
      queue: {
        openEpoch: Number(epoch[0]),
        cutoff: Number(epoch[1]),
        struckDeposits: Number(struck[0]),
        struckRedemptions: Number(struck[1]),
      },
      paused,
      maxSurfaceAge: limits.maxSurfaceAge,
      windDown: { startedAt: Number(windDown[0]), closed: windDown[1] },
      underlyings: await readTerms(client, block.hash, addresses, states, block.timestamp, extraExpiries),
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
  return cause instanceof BaseError ? cause.shortMessage : String(cause);
}
