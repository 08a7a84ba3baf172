import type { Random } from "../random.ts";

export type BaseFeeParameters = {
  readonly medianGwei: number;
  /** Standard deviation of the fee's logarithm over a long time. */
  readonly logDeviation: number;
  readonly halfLifeHours: number;
  /** Sudden rushes for block space, and how many times dearer they make it at most. */
  readonly spikesPerDay: number;
  readonly largestSpike: number;
};

export const defaultBaseFee: BaseFeeParameters = {
  medianGwei: 8,
  logDeviation: 0.6,
  halfLifeHours: 3,
  spikesPerDay: 2,
  largestSpike: 12,
};

const protocolBlockSeconds = 12;
/** EIP-1559: the base fee changes by at most an eighth per block. */
const largestChange = 1.125;
const bounds = { lowGwei: 0.05, highGwei: 800 };

/** A base fee that wanders (autoregression in its logarithm), jumps and falls back, never faster than EIP-1559 allows. Call once per block; wei. */
export function createBaseFee(
  random: Random,
  blockSeconds: number,
  { medianGwei, logDeviation, halfLifeHours, spikesPerDay, largestSpike }: BaseFeeParameters = defaultBaseFee,
): () => bigint {
  const kept = 0.5 ** (blockSeconds / 3600 / halfLifeHours);
  const spikeKept = 0.5 ** (blockSeconds / 600);
  const step = largestChange ** (blockSeconds / protocolBlockSeconds);
  let calm = 0;
  let spike = 0;
  let feeGwei = medianGwei;
  return () => {
    calm = kept * calm + logDeviation * Math.sqrt(1 - kept * kept) * random.normal();
    spike *= spikeKept;
    if (random.poisson((spikesPerDay * blockSeconds) / 86_400) > 0) spike += random.uniform() * Math.log(largestSpike);
    const wanted = medianGwei * Math.exp(calm + spike);
    feeGwei = Math.min(Math.max(wanted, feeGwei / step, bounds.lowGwei), feeGwei * step, bounds.highGwei);
    return BigInt(Math.round(feeGwei * 1e9));
  };
}
