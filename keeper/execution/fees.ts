/** EIP-1559 fees, wei per gas. */
export type Fees = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint };

/**
 * Fees of a first attempt: room for the base fee to double, at most the ceiling.
 * @returns null when the ceiling does not even cover the next block
 */
export function firstFees({ baseFee, tip, ceiling }: { baseFee: bigint; tip: bigint; ceiling: bigint }): Fees | null {
  if (ceiling < baseFee + tip) return null;
  return { maxFeePerGas: min(2n * baseFee + tip, ceiling), maxPriorityFeePerGas: tip };
}

/**
 * Fees of a replacement: both fees at least `bumpPercent` above the ones before, and enough for the base fee to double where the
 * ceiling allows it.
 * @returns null when the ceiling leaves no room for a replacement that nodes accept
 */
export function bumpedFees(parameters: { previous: Fees; baseFee: bigint; bumpPercent: number; ceiling: bigint }): Fees | null {
  const { previous, baseFee, bumpPercent, ceiling } = parameters;
  const tip = raised(previous.maxPriorityFeePerGas, bumpPercent);
  const least = raised(previous.maxFeePerGas, bumpPercent);
  if (ceiling < least) return null;
  return { maxFeePerGas: max(least, min(2n * baseFee + tip, ceiling)), maxPriorityFeePerGas: tip };
}

/** Rounded up, so that a bump never falls short. */
function raised(fee: bigint, percent: number): bigint {
  const permille = BigInt(Math.ceil(percent * 10));
  return (fee * (1000n + permille) + 999n) / 1000n;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
