import { type Address, encodeFunctionData, type Hex, parseAbi } from "viem";
import { type PoolOrientation, toSqrtPriceX96 } from "./poolPrice.ts";

export const routerAbi = parseAbi([
  "struct Swap { address tokenIn; address tokenOut; uint24 fee; address recipient; uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96; }",
  "function exactInputSingle(Swap params) payable returns (uint256 amountOut)",
]);

export type PoolSwap = {
  readonly pool: PoolOrientation & { readonly feePips: number };
  readonly quote: Address;
  readonly underlying: Address;
  readonly buysUnderlying: boolean;
  /** Token units paid at most. */
  readonly amountIn: bigint;
  /** Price in quote at which to stop; none = sell or buy it all. */
  readonly limitPrice?: number;
  readonly recipient: Address;
};

/** Calldata for SwapRouter02 that trades against one pool until the amount is spent or the price is reached. */
export function swapCall({ pool, quote, underlying, buysUnderlying, amountIn, limitPrice, recipient }: PoolSwap): Hex {
  const [tokenIn, tokenOut] = buysUnderlying ? [quote, underlying] : [underlying, quote];
  const sqrtPriceLimitX96 = limitPrice === undefined ? 0n : toSqrtPriceX96(limitPrice, pool);
  const params = { tokenIn, tokenOut, fee: pool.feePips, recipient, amountIn, amountOutMinimum: 0n, sqrtPriceLimitX96 };
  return encodeFunctionData({ abi: routerAbi, functionName: "exactInputSingle", args: [params] });
}
