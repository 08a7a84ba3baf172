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
/** Interest is accrued block by block here and in rays on the chain: units agree to this share of the options in the book. */
const ROUNDING = 1e-6;

/** Two days take some twenty seconds of processor time; a busy machine may need ten times that. */
const TIMEOUT_MS = 600_000;

type Decided = { readonly snapshot: DemoBlock["snapshot"]; readonly decision: Decision | undefined };

/** Every hedge sent: block, underlying, units, and options in that book. */
function tradesOf(blocks: readonly Decided[]) {
  return blocks.flatMap(({ snapshot: { block, underlyings }, decision }) =>
    (decision?.routes ?? []).map(({ underlying, trade }) => {
      const book = underlyings.find(({ symbol }) => symbol === underlying) as UnderlyingSnapshot;
      return { number: block.number, underlying, trade, gross: grossOf(book) };
    }),
  );
}

/** Every dealer's quote taken: block, series and price, size. */
function takesOf(blocks: readonly Decided[]) {
  return blocks.flatMap(({ snapshot: { block }, decision }) =>
    decision?.take === undefined
      ? []
      : [[block.number, decision.take.quote.series, decision.take.quote.price, decision.take.size]],
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

/** Options in the book of an underlying, either way, and one more. */
function grossOf({ legs }: UnderlyingSnapshot): number {
  return legs.reduce((sum, { size }) => sum + Math.abs(size), 1);
}

function expectSameHoldings(chain: DemoBlock["snapshot"], twin: TwinBlock["snapshot"]): void {
  chain.underlyings.forEach((one, index) => {
    const other = twin.underlyings[index] as UnderlyingSnapshot;
    expect(Math.abs(one.holdings - other.holdings) / grossOf(one)).toBeLessThan(ROUNDING);
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
      const decidedOnChain = chain.map(({ snapshot, report }) => ({ snapshot, decision: report.submission && report.decision }));
      expect(takesOf(decidedOnChain).length).toBeGreaterThan(0);
      expect(takesOf(twin)).toEqual(takesOf(decidedOnChain));
      const [onChain, offChain] = [tradesOf(decidedOnChain), tradesOf(twin)];
      expect(onChain.length).toBeGreaterThan(5);
      expect(offChain.map(({ number, underlying }) => [number, underlying])).toEqual(
        onChain.map(({ number, underlying }) => [number, underlying]),
      );
      for (const [index, { trade, gross }] of onChain.entries())
        expect(Math.abs((offChain[index] as { trade: number }).trade - trade) / gross).toBeLessThan(ROUNDING);
    },
    TIMEOUT_MS,
  );
});
