import { ConfigError } from "../errors.ts";

/** How transactions are priced, how long they may wait (in blocks) and how deep they must lie. */
export type ExecutionPolicy = {
  /** Blocks that must hold a transaction, its own included, before it counts as settled. */
  confirmations: number;
  /** An attempt that waits this long is replaced by a dearer one. */
  bumpAfterBlocks: number;
  /** A hedge that waits this long in all is replaced by a cancellation: its decision is too old. */
  cancelAfterBlocks: number;
  /** How much dearer a replacement is; nodes refuse less than 10 to 12.5. */
  bumpPercent: number;
  /** Priority fee of a first attempt, wei per gas. */
  tipPerGas: bigint;
  /** Added to the estimated gas. */
  gasMarginPercent: number;
  /** Gas given to every transaction instead of an estimate: spares a local chain the search for it. */
  gasLimit?: bigint;
  /** The most a unit of gas may cost, wei, given the risk left unhedged (quote) and the gas limit: the ceiling rises with the risk. */
  maxFeePerGas(riskAtStake: number, gasLimit: bigint): bigint;
};

/** @throws ConfigError naming the first value that cannot work */
export function checkPolicy(policy: ExecutionPolicy): ExecutionPolicy {
  const { confirmations, bumpAfterBlocks, cancelAfterBlocks, bumpPercent, tipPerGas, gasMarginPercent } = policy;
  const rules: readonly (readonly [boolean, string])[] = [
    [Number.isInteger(confirmations) && confirmations >= 1, "confirmations must be a whole number from 1"],
    [Number.isInteger(bumpAfterBlocks) && bumpAfterBlocks >= 1, "bumpAfterBlocks must be a whole number from 1"],
    [
      Number.isInteger(cancelAfterBlocks) && cancelAfterBlocks > bumpAfterBlocks,
      "cancelAfterBlocks must be a whole number above bumpAfterBlocks",
    ],
    [bumpPercent >= 12.5 && bumpPercent <= 1000, "bumpPercent must be from 12.5 to 1000: nodes refuse a cheaper replacement"],
    [tipPerGas >= 1n, "tipPerGas must be at least 1 wei"],
    [gasMarginPercent >= 0 && gasMarginPercent <= 1000, "gasMarginPercent must be from 0 to 1000"],
  ];
  const broken = rules.find(([holds]) => !holds);
  if (broken) throw new ConfigError(`Execution policy: ${broken[1]}`);
  return policy;
}
