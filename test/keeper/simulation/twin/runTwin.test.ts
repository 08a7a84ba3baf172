import { describe, expect, it } from "vitest";
import type { UnderlyingSnapshot } from "../../../../keeper/chain/snapshot.ts";
import type { Decision } from "../../../../keeper/service/decide.ts";
import { createLog } from "../../../../keeper/service/log.ts";
import { weeklyStraddles } from "../../../../keeper/simulation/demoSettings.ts";
import { type DemoBlock, type DemoParameters, type DemoStart, runDemo } from "../../../../keeper/simulation/runDemo.ts";
import { runTwin, type TwinBlock } from "../../../../keeper/simulation/twin/runTwin.ts";

const sizes = [
  ["WETH", 60],
  ["WBTC", 2],
] as const;
const parameters: Omit<DemoParameters, "seed"> = {
  days: 2,
  blockSeconds: 600,
  policy: "optimal",
  riskAversion: 0.0005,
  programmes: weeklyStraddles(new Map(sizes)),
  deposit: 2_000_000,
  dealer: true,
  log: createLog("fatal"),
};
/** Interest is accrued block by block here and in rays on the chain: sizes agree to this share. */
const ROUNDING = 1e-6;

/** Two days take some twenty seconds of processor time; a busy machine may need ten times that. */
const TIMEOUT_MS = 600_000;

/** Every hedge sent: block, underlying, units. */
function tradesOf(blocks: readonly { readonly number: bigint; readonly decision: Decision | undefined }[]) {
  return blocks.flatMap(({ number, decision }) =>
    (decision?.routes ?? []).map(({ underlying, trade }) => ({ number, underlying, trade })),
  );
}

/** Every dealer's quote taken: block, series and price, size. */
function takesOf(blocks: readonly { readonly number: bigint; readonly decision: Decision | undefined }[]) {
  return blocks.flatMap(({ number, decision }) =>
    decision?.take === undefined ? [] : [[number, decision.take.quote.series, decision.take.quote.price, decision.take.size]],
  );
}

/** What must be the same to the last digit. */
function exactPart({ block, underlyings }: DemoBlock["snapshot"]) {
  const byTerms = (one: UnderlyingSnapshot["legs"][number], other: typeof one) =>
    one.expiry - other.expiry || one.type.localeCompare(other.type);
  return {
    block: [block.number, block.timestamp, block.baseFeeWei],
    market: underlyings.map(({ price, smiles, legs }) => ({ price, smiles, legs: [...legs].sort(byTerms) })),
  };
}

function expectSameHoldings(chain: DemoBlock["snapshot"], twin: TwinBlock["snapshot"]): void {
  chain.underlyings.forEach((one, index) => {
    const other = twin.underlyings[index] as UnderlyingSnapshot;
    const gross = one.legs.reduce((sum, { size }) => sum + Math.abs(size), 1);
    expect(Math.abs(one.holdings - other.holdings) / gross).toBeLessThan(ROUNDING);
    one.pools.forEach((pool, at) => {
      const ratio = Number(pool.sqrtPriceX96) / Number(other.pools[at]?.sqrtPriceX96);
      expect(Math.abs(ratio - 1)).toBeLessThan(1e-9);
    });
  });
}

describe("the digital twin", () => {
  it.each([1, 2, 3])(
    "trades as the demo on the chain does, block for block and size for size, seed %i",
    async (seed) => {
      let start: DemoStart | undefined;
      const chain = await runDemo({ ...parameters, seed, onStart: (given) => (start = given) });
      const twin = await runTwin(
        { ...parameters, seed },
        start as DemoStart,
        (index) => (chain[index - 1] as DemoBlock).snapshot,
      );
      expect(twin).toHaveLength(chain.length);
      twin.forEach(({ snapshot }, index) => {
        const { snapshot: recorded } = chain[index] as DemoBlock;
        expect(exactPart(snapshot)).toEqual(exactPart(recorded));
        expectSameHoldings(recorded, snapshot);
      });
      const decidedOnChain = chain.map(({ snapshot: { block }, report }) => ({
        number: block.number,
        decision: report.submission && report.decision,
      }));
      const decidedOffChain = twin.map(({ snapshot: { block }, decision }) => ({ number: block.number, decision }));
      expect(takesOf(decidedOnChain).length).toBeGreaterThan(0);
      expect(takesOf(decidedOffChain)).toEqual(takesOf(decidedOnChain));
      const [onChain, offChain] = [tradesOf(decidedOnChain), tradesOf(decidedOffChain)];
      expect(onChain.length).toBeGreaterThan(5);
      expect(offChain.map(({ number, underlying }) => [number, underlying])).toEqual(
        onChain.map(({ number, underlying }) => [number, underlying]),
      );
      for (const [index, { trade }] of onChain.entries()) {
        const ratio = (offChain[index] as { trade: number }).trade / trade;
        expect(Math.abs(ratio - 1)).toBeLessThan(ROUNDING);
      }
    },
    TIMEOUT_MS,
  );
});
