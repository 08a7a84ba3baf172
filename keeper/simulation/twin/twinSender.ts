import { bumpedFees, type Fees, firstFees } from "../../execution/fees.ts";
import type { ExecutionPolicy } from "../../execution/policy.ts";

const TRANSFER_GAS = 21_000n;

type Attempt<Payload> = {
  readonly payload: Payload;
  readonly riskAtStake: number;
  /** Blocks, counted from the first. */
  readonly created: number;
  readonly signed: number;
  readonly fees: Fees;
  readonly cancels: boolean;
};

/** One key that sends one transaction at a time; a payload is what it does once it is mined. */
export type TwinSender<Payload> = {
  /** What the next block mines of what is in flight; undefined when nothing, or only a cancellation. */
  readonly mine: (baseFeeWei: bigint) => Payload | undefined;
  /** After a block: replaces what waits too long by a dearer attempt, then by a cancellation. */
  readonly wait: (block: number, baseFeeWei: bigint) => void;
  readonly isBusy: () => boolean;
  readonly send: (payload: Payload, block: number, baseFeeWei: bigint, riskAtStake: number) => void;
};

/** The executor off the chain: the same fees by the same policy, mined as soon as they cover the base fee. @param gasLimit of every transaction */
export function createTwinSender<Payload>(policy: ExecutionPolicy, gasLimit: bigint): TwinSender<Payload> {
  const { tipPerGas: tip, bumpPercent, bumpAfterBlocks, cancelAfterBlocks } = policy;
  const ceiling = (riskAtStake: number) => policy.maxFeePerGas(riskAtStake, gasLimit);
  let inFlight: Attempt<Payload> | undefined;

  return {
    mine(baseFee) {
      if (inFlight === undefined || inFlight.fees.maxFeePerGas < baseFee) return undefined;
      const { payload, cancels } = inFlight;
      inFlight = undefined;
      return cancels ? undefined : payload;
    },
    wait(block, baseFee) {
      if (inFlight === undefined) return;
      const cancels = inFlight.cancels || block - inFlight.created >= cancelAfterBlocks;
      const isDue = block - inFlight.signed >= bumpAfterBlocks || (cancels && !inFlight.cancels);
      if (!isDue) return;
      // A cancellation, a bare transfer, may cost as much in all as what it cancels.
      const times = cancels ? gasLimit : TRANSFER_GAS;
      const most = (ceiling(inFlight.riskAtStake) * times) / TRANSFER_GAS;
      const fees = bumpedFees({ previous: inFlight.fees, baseFee, bumpPercent, ceiling: most });
      if (fees !== null) inFlight = { ...inFlight, fees, signed: block, cancels };
    },
    isBusy: () => inFlight !== undefined,
    send(payload, block, baseFee, riskAtStake) {
      const fees = firstFees({ baseFee, tip, ceiling: ceiling(riskAtStake) });
      if (fees !== null) inFlight = { payload, riskAtStake, created: block, signed: block, fees, cancels: false };
    },
  };
}
