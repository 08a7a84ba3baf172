import type { Address, Hash } from "viem";
import type { OptionLeg, Smile } from "../risk/book.ts";

export type BlockHead = {
  readonly number: bigint;
  readonly hash: Hash;
  readonly parentHash: Hash;
  readonly timestamp: number;
  readonly baseFeeWei: bigint;
};

/** An initialised tick of a pool: what its liquidity changes by when the price rises over it. */
export type Tick = { readonly index: number; readonly liquidityNet: bigint };

/** One Uniswap v3 pool of an underlying against quote, as its contract holds it around the price. */
export type PoolState = {
  readonly address: Address;
  /** Of what is paid, 1e-6. */
  readonly fee: number;
  readonly tickSpacing: number;
  readonly underlyingIsToken0: boolean;
  readonly underlyingDecimals: number;
  readonly quoteDecimals: number;
  readonly sqrtPriceX96: bigint;
  readonly tick: number;
  readonly liquidity: bigint;
  /** All that are initialised from `knownFrom` to `knownTo`, ascending. */
  readonly ticks: readonly Tick[];
  readonly knownFrom: number;
  readonly knownTo: number;
};

/** One asset's reserve on Aave: how much is there, and the curve its rates follow (Aave v3, DefaultReserveInterestRateStrategy). */
export type ReserveState = {
  /** Units not lent out, and units owed. */
  readonly available: number;
  readonly debt: number;
  /** Absent when the reserve's strategy is of a kind unknown here; its rates are then taken as they stand. */
  readonly curve: RateCurve | undefined;
};

/** Rates per year; usage is debt over debt and available. */
export type RateCurve = {
  readonly optimalUsage: number;
  readonly base: number;
  readonly slope1: number;
  readonly slope2: number;
  /** Share of the interest that lenders do not get. */
  readonly reserveFactor: number;
};

/** A slice as the contract holds it; times in unix seconds. */
export type PostedSmile = Smile & {
  readonly expiry: number;
  readonly postedAt: number;
  /** When the vault begins to trade options of the expiry. */
  readonly tradableFrom: number;
};

export type UnderlyingSnapshot = {
  readonly address: Address;
  readonly symbol: string;
  readonly decimals: number;
  /** Quote per unit, the guard's own oracle price. */
  readonly price: number;
  /** When its feed last answered, unix seconds. */
  readonly oracleAt: number;
  /** Units in the vault's own hands. */
  readonly cash: number;
  /** Units lent (positive) or borrowed (negative) on Aave. */
  readonly lent: number;
  /** Units in every form as the vault itself counts them: cash, locked collateral, lent minus borrowed. */
  readonly holdings: number;
  readonly targetDelta: number;
  readonly legs: readonly OptionLeg[];
  /** In order of expiry; expiries without a posted slice are absent. */
  readonly smiles: readonly PostedSmile[];
  readonly pools: readonly PoolState[];
  readonly reserve: ReserveState;
  /** Aave's variable rates for this asset, per year. */
  readonly supplyRate: number;
  readonly borrowRate: number;
  /** Share of it that Aave counts as cover for debt when lent. */
  readonly liquidationThreshold: number;
  /** What the guard holds delta − target, gamma and vega to. */
  readonly limits: { readonly delta: number; readonly gamma: number; readonly vega: number };
  /** The guard's own figures at this block, to be compared with the keeper's. */
  readonly onChain: { readonly delta: number; readonly gamma: number; readonly vega: number; readonly value: number };
};

/** Every figure one decision rests on, read at one block hash. */
export type Snapshot = {
  readonly block: BlockHead;
  readonly vault: Address;
  /** Quote, whole units. */
  readonly equity: number;
  readonly quoteCash: number;
  readonly quoteLent: number;
  readonly quoteSupplyRate: number;
  readonly freeLiquidity: number;
  readonly budgetLeft: number;
  /** What the execution budget refills to. */
  readonly budgetLimit: number;
  /** Share of lent quote that Aave counts as cover for debt. */
  readonly quoteLiquidationThreshold: number;
  /** Aave health factor; Infinity without debt. */
  readonly health: number;
  /** The guard admits nothing that leaves the account below it. */
  readonly healthFloor: number;
  /** Highest variable rate the guard lets a loan start at, per year. */
  readonly maxBorrowRate: number;
  /** Quote that trading and redemptions leave in place, whole units. */
  readonly minCash: number;
  readonly queue: QueueState;
  readonly paused: boolean;
  /** Seconds a smile may be old for trades that do not reduce the hedge error. */
  readonly maxSurfaceAge: number;
  /** Seconds from the first post of an expiry until the vault trades its options. */
  readonly seasoning: number;
  /** How far a premium may be from its mark: this share of delta × price, and vega × this vol. A swap's price: that share of the oracle's. */
  readonly premiumBand: { readonly oracle: number; readonly vol: number };
  readonly windDown: WindDownState;
  readonly underlyings: readonly UnderlyingSnapshot[];
};

/** Where the share queue stands: the epoch that takes requests, when it closes (unix seconds), and the last ones struck. */
export type QueueState = {
  readonly openEpoch: number;
  readonly cutoff: number;
  readonly epochSeconds: number;
  readonly struckDeposits: number;
  readonly struckRedemptions: number;
};

/** When wind-down began (unix seconds, 0 if it has not), and whether it is over and shares are redeemed in kind. */
export type WindDownState = { readonly startedAt: number; readonly closed: boolean };

/** Quote locked behind the puts written: their strikes. */
export function lockedQuote(legs: readonly OptionLeg[]): number {
  return legs.reduce((sum, { type, strike, size }) => (type === "put" && size < 0 ? sum - size * strike : sum), 0);
}
