import type { PoolState, PostedSmile, Snapshot, UnderlyingSnapshot } from "../../../keeper/chain/snapshot.ts";
import { planHedge } from "../../../keeper/hedging/planHedge.ts";
import { attribute } from "../../../keeper/risk/attribution.ts";
import { type Book, type OptionLeg, YEAR_SECONDS } from "../../../keeper/risk/book.ts";
import { bookGreeks } from "../../../keeper/risk/bookGreeks.ts";
import type { Decision } from "../../../keeper/service/decide.ts";
import type { BlockPnl } from "../../../keeper/simulation/accountBlock.ts";
import { createRandom } from "../../../keeper/simulation/random.ts";
import type { DemoBlock } from "../../../keeper/simulation/runDemo.ts";
import type { Transaction } from "../../../keeper/store/transactions.ts";

const START = Date.UTC(2026, 0, 2, 8) / 1000;
const WEEK = 7 * 86_400;
const GAS_QUOTE = 4;
const FEE = 500;
const ADDRESS = "0x0000000000000000000000000000000000000001";
const HASH = `0x${"ab".repeat(32)}` as const;

export const noPnl: BlockPnl = {
  delta: 0,
  gamma: 0,
  vega: 0,
  crossVol: 0,
  theta: 0,
  spread: 0,
  optionSpread: 0,
  fees: 0,
  slippage: 0,
  gas: 0,
  operations: 0,
  carry: 0,
  residual: 0,
  total: 0,
};

/** A transaction a node has taken. */
export const sentTransaction: Transaction = {
  id: 1,
  decisionId: 1,
  chainId: 31_337,
  sender: ADDRESS,
  nonce: 0,
  state: "sent",
  to: ADDRESS,
  data: "0x",
  value: 0n,
  gasLimit: 600_000n,
  riskAtStake: 0,
  createdBlock: 1n,
  minedHash: null,
  minedBlock: null,
  minedBlockHash: null,
  attempts: [],
};

/** A pool of even depth, √(units·quote) = 10⁶, whose oracle price is its own. */
function poolAt(price: number): PoolState {
  const raw = price * 1e-12;
  const tick = Math.floor(Math.log(raw) / Math.log(1.0001));
  const orientation = { underlyingIsToken0: true, underlyingDecimals: 18, quoteDecimals: 6 };
  const range = { tick, ticks: [], knownFrom: tick - 600, knownTo: tick + 600 };
  const sqrtPriceX96 = BigInt(Math.round(Math.sqrt(raw) * 2 ** 96));
  return { ...orientation, ...range, address: ADDRESS, fee: FEE, tickSpacing: 10, sqrtPriceX96, liquidity: 10n ** 18n };
}

/** One underlying of a snapshot. */
export function underlyingAt(
  symbol: string,
  price: number,
  legs: readonly OptionLeg[] = [],
  holdings = 0,
  smiles: readonly PostedSmile[] = [],
): UnderlyingSnapshot {
  return {
    address: ADDRESS,
    symbol,
    decimals: 18,
    price,
    oracleAt: 0,
    cash: holdings,
    lent: 0,
    holdings,
    targetDelta: 0,
    legs,
    smiles,
    pools: [poolAt(price)],
    reserve: { available: 1e5, debt: 0, curve: undefined },
    supplyRate: 0.02,
    borrowRate: 0.03,
    liquidationThreshold: 0.8,
    limits: { delta: 100, gamma: 1, vega: 1e6 },
    onChain: { delta: 0, gamma: 0, vega: 0, value: 0 },
  };
}

/** A snapshot with only what matters to a demo's figures. */
export function snapshotAt(timestamp: number, equity: number, underlyings: readonly UnderlyingSnapshot[], number = 1n): Snapshot {
  return {
    block: { number, hash: HASH, parentHash: HASH, timestamp, baseFeeWei: 10n ** 9n },
    vault: ADDRESS,
    equity,
    quoteCash: equity,
    quoteLent: 0,
    quoteSupplyRate: 0.02,
    freeLiquidity: equity,
    budgetLeft: 10_000,
    budgetLimit: 10_000,
    quoteLiquidationThreshold: 0.78,
    health: Number.POSITIVE_INFINITY,
    healthFloor: 1.25,
    maxBorrowRate: 0.5,
    minCash: 10_000,
    queue: { openEpoch: 1, cutoff: timestamp + 3600, epochSeconds: 86_400, struckDeposits: 0, struckRedemptions: 0 },
    paused: false,
    maxSurfaceAge: 43_200,
    seasoning: 0,
    premiumBand: { oracle: 0.015, vol: 0.1 },
    windDown: { startedAt: 0, closed: false },
    underlyings,
  };
}

type Market = {
  readonly symbol: string;
  readonly size: number;
  readonly step: number;
  readonly vol: number;
  price: number;
  legs: OptionLeg[];
  holdings: number;
  hedged: number;
  pending: number;
};

/**
 * A demo as it could have run, without a chain: weekly straddles on two underlyings sold in pieces, hedged by the real plan one block later
 * when `hedging`. Prices are geometric Brownian motions with a few jumps, vols stand still.
 */
export function syntheticDemo({ seed = 1, days = 30, blockSeconds = 600, hedging = true } = {}): readonly DemoBlock[] {
  const markets: Market[] = [
    { symbol: "WETH", size: 60, step: 50, vol: 0.7, price: 3000, legs: [], holdings: 0, hedged: 0, pending: 0 },
    { symbol: "WBTC", size: 2, step: 500, vol: 0.5, price: 90_000, legs: [], holdings: 0, hedged: 0, pending: 0 },
  ];
  const random = createRandom(seed, "synthetic demo");
  const of = Math.round((days * 86_400) / blockSeconds);
  const years = blockSeconds / YEAR_SECONDS;
  let equity = 2_000_000;
  return Array.from({ length: of }, (_, at): DemoBlock => {
    const timestamp = START + (at + 1) * blockSeconds;
    const pnl: Record<keyof BlockPnl, number> = { ...noPnl };
    const traded = new Map<string, number>();
    const underlyings: UnderlyingSnapshot[] = [];
    const plans = [];
    const greeks = new Map();
    let hedgeGain = 0;
    let fills = 0;
    const jump = random.uniform() < 5 / of ? 0.05 * random.normal() : 0;
    for (const market of markets) {
      const before = bookOf(market, timestamp - blockSeconds);
      const move = market.vol * Math.sqrt(years) * random.normal() + jump - (market.vol ** 2 * years) / 2;
      const from = market.price;
      market.price *= Math.exp(move);
      const moved = attribute(before, bookOf(market, timestamp));
      pnl.delta += moved.delta + moved.holdings;
      for (const part of ["gamma", "vega", "crossVol", "theta", "residual"] as const) pnl[part] += moved[part];
      hedgeGain += market.hedged * (market.price - from);
      const units = market.pending;
      if (units !== 0) {
        traded.set(market.symbol, units);
        pnl.fees -= (Math.abs(units) * market.price * FEE) / 1e6;
        pnl.slippage += Math.abs(units) * market.price * 2e-4 * random.normal();
        market.hedged += units;
        market.holdings += units;
        market.pending = 0;
      }
      market.legs = market.legs.filter(({ expiry }) => expiry > timestamp);
      fills += sell(market, timestamp, random.uniform(), pnl);

      const book = bookOf(market, timestamp);
      const risk = bookGreeks(book);
      const plan = planHedge({
        underlying: market.symbol,
        spot: market.price,
        greeks: risk,
        vol: market.vol,
        riskAversion: 0.0005,
        costs: { fixed: GAS_QUOTE, proportional: (market.price * FEE) / 1e6, impact: 0.01, carry: 0 },
        checkEvery: years,
      });
      if (hedging) market.pending = plan.trade;
      greeks.set(market.symbol, risk);
      plans.push(hedging ? plan : { ...plan, verdict: "hold" as const, trade: 0 });
      underlyings.push(
        underlyingAt(
          market.symbol,
          market.price,
          market.legs,
          market.holdings,
          [...book.smiles].map(([expiry, smile]) => ({ ...smile, expiry, postedAt: START, tradableFrom: 0 })),
        ),
      );
    }
    if (traded.size > 0) pnl.gas = -GAS_QUOTE * (0.7 + 0.6 * random.uniform());
    pnl.carry = 0.4 * random.uniform();
    for (const part of Object.keys(noPnl) as (keyof BlockPnl)[]) if (part !== "total") pnl.total += pnl[part];
    equity += pnl.total - pnl.gas;
    const unhedged = pnl.total - hedgeGain - pnl.fees - pnl.slippage - pnl.gas;
    const decided = plans.filter(({ verdict }) => verdict === "hedge");
    const decision: Decision = {
      verdict: decided.length > 0 ? "hedge" : "hold",
      plans,
      greeks,
      actions: [],
      routes: [],
      healthAfter: 2,
      reason: (decided.length > 0 ? decided : plans).map((plan) => `${plan.underlying} ${plan.reason}`).join("; "),
    };
    return {
      index: at + 1,
      of,
      snapshot: snapshotAt(timestamp, equity, underlyings, BigInt(at + 100)),
      report: {
        decision,
        submission: decided.length > 0 ? { status: "sent", transaction: sentTransaction } : undefined,
        events: [],
        problem: undefined,
      },
      account: { pnl, unhedged, traded, taken: new Map(), optionDelta: new Map(), delivered: new Map(), fills, flow: 0 },
      gasUsed: traded.size > 0 ? 412_345n : 0n,
    };
  });
}

function bookOf({ symbol, price, legs, holdings, vol }: Market, now: number): Book {
  const slice = { a: vol * vol, b: 0, rho: 0, m: 0, sigma: 0.1 };
  return {
    underlying: symbol,
    spot: price,
    now,
    legs,
    smiles: new Map(legs.map(({ expiry }) => [expiry, { slice, carry: 0 }])),
    holdings,
    targetDelta: 0,
  };
}

/** A buyer takes a piece of what is left of this week's straddle; the premium is 2 vol points above the mark. */
function sell(market: Market, now: number, draw: number, pnl: Record<keyof BlockPnl, number>): number {
  const expiry = START + WEEK * Math.ceil((now - START + 1) / WEEK);
  if (expiry - now < 2 * 86_400 || draw > 0.02) return 0;
  const type = draw < 0.01 ? "call" : "put";
  const sold = market.legs.find((leg) => leg.type === type);
  const left = market.size + (sold?.size ?? 0);
  if (left < market.size / 100) return 0;
  const piece = Math.min(left, market.size / 6);
  const strike = market.legs[0]?.strike ?? Math.round(market.price / market.step) * market.step;
  market.legs = [...market.legs.filter((leg) => leg !== sold), { type, strike, expiry, size: (sold?.size ?? 0) - piece }];
  pnl.spread += 0.02 * 0.4 * market.price * Math.sqrt((expiry - now) / YEAR_SECONDS) * piece;
  return 1;
}
