/** One stretch of a swap on constant liquidity; all amounts in token units, roundings as in the pools (Uniswap v3 core). */
export type SwapStep = {
  readonly sqrtPriceX96: bigint;
  /** Without the fee. */
  readonly amountIn: bigint;
  readonly amountOut: bigint;
  readonly fee: bigint;
};

const FEE_UNIT = 1_000_000n;
const Q96_LESS_ONE = (1n << 96n) - 1n;

/**
 * As far as the amount left carries a swap from `current` towards `target` (SwapMath.computeSwapStep).
 * @param remaining  positive: still to be paid, fee included; negative: still to be received
 */
export function swapStep(current: bigint, target: bigint, liquidity: bigint, remaining: bigint, fee: bigint): SwapStep {
  const zeroForOne = current >= target;
  if (remaining >= 0n) {
    const afterFee = (remaining * (FEE_UNIT - fee)) / FEE_UNIT;
    const needed = paidOver(zeroForOne, current, target, liquidity);
    const next = afterFee >= needed ? target : priceAfterInput(current, liquidity, afterFee, zeroForOne);
    const amountOut = givenOver(zeroForOne, current, next, liquidity);
    if (next === target) return { sqrtPriceX96: next, amountIn: needed, amountOut, fee: feeOn(needed, fee) };
    const amountIn = paidOver(zeroForOne, current, next, liquidity);
    // What is too little to move the price any further is the pool's.
    return { sqrtPriceX96: next, amountIn, amountOut, fee: remaining - amountIn };
  }
  const wanted = -remaining;
  const held = givenOver(zeroForOne, current, target, liquidity);
  const next = wanted >= held ? target : priceAfterOutput(current, liquidity, wanted, zeroForOne);
  const amountIn = paidOver(zeroForOne, current, next, liquidity);
  let amountOut = next === target ? held : givenOver(zeroForOne, current, next, liquidity);
  if (amountOut > wanted) amountOut = wanted;
  return { sqrtPriceX96: next, amountIn, amountOut, fee: feeOn(amountIn, fee) };
}

function feeOn(amountIn: bigint, fee: bigint): bigint {
  return divideUp(amountIn * fee, FEE_UNIT - fee);
}

function paidOver(zeroForOne: boolean, from: bigint, to: bigint, liquidity: bigint): bigint {
  return zeroForOne ? amount0Up(to, from, liquidity) : amount1Up(from, to, liquidity);
}

function givenOver(zeroForOne: boolean, from: bigint, to: bigint, liquidity: bigint): bigint {
  return zeroForOne ? amount1Down(to, from, liquidity) : amount0Down(from, to, liquidity);
}

/** SqrtPriceMath.getAmount0Delta and getAmount1Delta, `low` ≤ `high`. */
function amount0Up(low: bigint, high: bigint, liquidity: bigint): bigint {
  return divideUp(divideUp((liquidity << 96n) * (high - low), high), low);
}

function amount0Down(low: bigint, high: bigint, liquidity: bigint): bigint {
  return ((liquidity << 96n) * (high - low)) / high / low;
}

function amount1Up(low: bigint, high: bigint, liquidity: bigint): bigint {
  return (liquidity * (high - low) + Q96_LESS_ONE) >> 96n;
}

function amount1Down(low: bigint, high: bigint, liquidity: bigint): bigint {
  return (liquidity * (high - low)) >> 96n;
}

/** SqrtPriceMath.getNextSqrtPriceFromInput: rounded so that the price never passes what the input is worth. */
function priceAfterInput(price: bigint, liquidity: bigint, amount: bigint, zeroForOne: boolean): bigint {
  if (!zeroForOne) return price + (amount << 96n) / liquidity;
  if (amount === 0n) return price;
  const scaled = liquidity << 96n;
  const product = amount * price;
  // The contract falls back to a coarser formula where 256 bits do not hold this one.
  if ((product | (scaled + product)) >> 256n !== 0n) return divideUp(scaled, scaled / price + amount);
  return divideUp(scaled * price, scaled + product);
}

/** SqrtPriceMath.getNextSqrtPriceFromOutput; the liquidity must hold the amount. */
function priceAfterOutput(price: bigint, liquidity: bigint, amount: bigint, zeroForOne: boolean): bigint {
  if (zeroForOne) return price - divideUp(amount << 96n, liquidity);
  if (amount === 0n) return price;
  const scaled = liquidity << 96n;
  return divideUp(scaled * price, scaled - amount * price);
}

function divideUp(top: bigint, bottom: bigint): bigint {
  return (top + bottom - 1n) / bottom;
}
