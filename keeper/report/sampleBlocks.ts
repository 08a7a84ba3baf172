import { verdictOf } from "../simulation/hedgeErrors.ts";
import type { DemoBlock } from "../simulation/runDemo.ts";

/**
 * Positions of the blocks to draw: at most `limit` evenly spaced ones and, whatever their number, every block at which a hedge was decided
 * and the one after, where its effect shows.
 */
export function sampleBlocks(blocks: readonly DemoBlock[], limit = 1500): readonly number[] {
  const kept = new Set<number>();
  for (const [at, block] of blocks.entries()) {
    if (verdictOf(block) !== "hedge" && verdictOf(block) !== "take") continue;
    kept.add(at);
    if (at + 1 < blocks.length) kept.add(at + 1);
  }
  const step = Math.max(1, Math.ceil(blocks.length / Math.max(limit / 4, limit - kept.size)));
  for (let at = 0; at < blocks.length; at += step) kept.add(at);
  if (blocks.length > 0) kept.add(blocks.length - 1);
  return [...kept].sort((a, b) => a - b);
}
