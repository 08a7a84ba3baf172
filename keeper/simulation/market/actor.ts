import type { Address, Hex } from "viem";
import type { TokenSymbol } from "./deployTokens.ts";

/** What every actor sees of the world before a block: its time and the true prices in USD. */
export type MarketTick<Symbol extends string = TokenSymbol> = {
  readonly timestamp: number;
  readonly prices: Readonly<Record<Symbol, number>>;
};

/** A transaction an actor wants in the next block. */
export type ActorCall = {
  readonly from: Address;
  readonly to: Address;
  readonly data: Hex;
  readonly gas: bigint;
  readonly tipWei: bigint;
  /** Names it should it fail. */
  readonly label: string;
  /** A revert is part of the game: somebody else may have taken what it wanted. */
  readonly mayRevert?: boolean;
};

/** Decides once per block what to send; draws its randomness from a stream of its own and does no I/O. */
export type Actor<Symbol extends string = TokenSymbol> = (tick: MarketTick<Symbol>) => readonly ActorCall[];

/**
 * Priority fees that put a block in order: the oracle first, the crowd after it, then the arbitrageur, who corrects all of them. Whoever tips
 * less (Keel's hedges do) trades last, on pools that stand at the true price.
 */
export const tips = { reporter: 5_000_000_000n, crowd: 1_000_000_000n, arbitrageur: 500_000_000n } as const;
