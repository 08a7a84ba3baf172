/** Uniswap v3's fee tiers, 1e-6, and the distance of the ticks of each (UniswapV3Factory). */
export const TICK_SPACINGS: Readonly<Record<number, number>> = { 100: 1, 500: 10, 3000: 60, 10000: 200 };
export const FEE_TIERS: readonly number[] = Object.keys(TICK_SPACINGS).map(Number);
