import { BaseError, type PublicClient } from "viem";
import { ChainError } from "../errors.ts";
import type { AddressBook } from "./addressBook.ts";
import { readGroups } from "./reads.ts";
import { readTerms } from "./readTerms.ts";
import { type BlockHead, lockedQuote, type Snapshot, type UnderlyingSnapshot } from "./snapshot.ts";
import { stateReads } from "./stateReads.ts";
import { underlyingState } from "./underlyingState.ts";
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
    const [[quoteCash, freeLiquidity, budgetLeft, quoteLent, health, quoteReserve, epoch, struck], ...answers] = await readGroups(
      client,
      multicall3,
      block.hash,
      [reads.vault, ...reads.underlyings],
    );
    const states = addresses.underlyings.map((underlying, index) => {
      const answer = answers[index];
      if (answer === undefined) throw new ChainError(`${underlying.symbol} was not answered`, { underlying });
      return underlyingState(underlying, quote, answer);
    });
    const quoteHeld = { quoteCash: fromUnits(quoteCash, quote.decimals), quoteLent: fromUnits(quoteLent, quote.decimals) };
    return {
      block,
      vault: contracts.vault,
      equity: equityOf(quoteHeld.quoteCash + quoteHeld.quoteLent, states),
      ...quoteHeld,
      quoteSupplyRate: Number(quoteReserve.currentLiquidityRate) / RAY,
      freeLiquidity: fromUnits(freeLiquidity, quote.decimals),
      budgetLeft: fromWad(budgetLeft),
      health: health > 10n ** 30n ? Number.POSITIVE_INFINITY : fromWad(health),
      queue: {
        openEpoch: Number(epoch[0]),
        cutoff: Number(epoch[1]),
        struckDeposits: Number(struck[0]),
        struckRedemptions: Number(struck[1]),
      },
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

/** As the vault's own `equity()`: quote in every form, puts' collateral included, and what the vault says each underlying's side is worth. */
function equityOf(quote: number, states: readonly Pick<UnderlyingSnapshot, "legs" | "onChain">[]): number {
  return states.reduce((sum, { legs, onChain }) => sum + lockedQuote(legs) + onChain.value, quote);
}

function shortMessage(cause: unknown): string {
  return cause instanceof BaseError ? cause.shortMessage : String(cause);
}
