import { type Address, encodeFunctionData, parseAbi } from "viem";
import type { Random } from "../random.ts";
import { type Actor, type ActorCall, tips } from "./actor.ts";
import type { MarketAddresses } from "./deployMarket.ts";
import type { TokenSymbol } from "./deployTokens.ts";

const poolAbi = parseAbi([
  "function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode)",
  "function withdraw(address asset, uint256 amount, address to) returns (uint256)",
  "function borrow(address asset, uint256 amount, uint256 interestRateMode, uint16 referralCode, address onBehalfOf)",
  "function repay(address asset, uint256 amount, uint256 interestRateMode, address onBehalfOf) returns (uint256)",
]);

/** Where a reserve's lent-out share rests, and how far it wanders (standard deviation of its log-odds). */
type UsageParameters = { readonly rest: number; readonly deviation: number };

const usage: Readonly<Record<TokenSymbol, UsageParameters>> = {
  USDC: { rest: 0.8, deviation: 0.5 },
  WETH: { rest: 0.82, deviation: 0.5 },
  WBTC: { rest: 0.06, deviation: 0.3 },
};
/** The crowd never takes the last tenth: there is always something left to borrow or withdraw. */
const highestUsage = 0.93;

/** What the crowd brings, USD at the first prices: lenders supply USDC and WETH, borrowers secure their debt with WBTC. */
export const lendingSizesUsd: Readonly<Record<TokenSymbol, number>> = { USDC: 100e6, WETH: 150e6, WBTC: 1500e6 };

export type LendingCrowdParameters = {
  /** Changes of supply or debt per reserve and hour. */
  readonly changesPerHour: number;
  /** Hours after which a wandering usage has forgotten half its distance from rest. */
  readonly halfLifeHours: number;
};

const defaultLending: LendingCrowdParameters = { changesPerHour: 1, halfLifeHours: 12 };

/**
 * Lenders and borrowers whose coming and going moves Aave's utilisation, and so its rates: the lent-out share of each reserve wanders
 * around its rest (an autoregression in log-odds), lenders change their supply by a few percent now and then.
 * The first call supplies everything, the second borrows.
 */
export function createLendingCrowd(
  accounts: { readonly lender: Address; readonly borrower: Address },
  market: MarketAddresses,
  firstPrices: Readonly<Record<TokenSymbol, number>>,
  random: Random,
  blockSeconds: number,
  { changesPerHour, halfLifeHours }: LendingCrowdParameters = defaultLending,
): Actor {
  const { lender, borrower } = accounts;
  const to = market.aave.pool;
  const symbols = Object.keys(usage) as TokenSymbol[];
  const base = (symbol: TokenSymbol) => lendingSizesUsd[symbol] / firstPrices[symbol];
  const units = (symbol: TokenSymbol, amount: number) => BigInt(Math.floor(amount * 10 ** market.tokens[symbol].decimals));
  const asset = (symbol: TokenSymbol) => market.tokens[symbol].address;
  const supplier = (symbol: TokenSymbol) => (symbol === "WBTC" ? borrower : lender);
  const state = new Map(symbols.map((symbol) => [symbol, { supplied: 0, owed: 0, logOdds: toLogOdds(usage[symbol].rest) }]));
  const kept = 0.5 ** (blockSeconds / 3600 / halfLifeHours);
  const send = (from: Address, data: ActorCall["data"], label: string): ActorCall[] => [
    { from, to, data, gas: 1_200_000n, tipWei: tips.crowd, label, mayRevert: true },
  ];

  const setSupply = (symbol: TokenSymbol, wanted: number): ActorCall[] => {
    const reserve = state.get(symbol) as { supplied: number };
    const [change, from] = [wanted - reserve.supplied, supplier(symbol)];
    reserve.supplied = wanted;
    const amount = units(symbol, Math.abs(change));
    if (amount === 0n) return [];
    const data =
      change >= 0
        ? encodeFunctionData({ abi: poolAbi, functionName: "supply", args: [asset(symbol), amount, from, 0] })
        : encodeFunctionData({ abi: poolAbi, functionName: "withdraw", args: [asset(symbol), amount, from] });
    return send(from, data, `${change >= 0 ? "supply" : "withdrawal"} of ${symbol}`);
  };
  const setDebt = (symbol: TokenSymbol, wanted: number): ActorCall[] => {
    const reserve = state.get(symbol) as { owed: number };
    const change = wanted - reserve.owed;
    reserve.owed = wanted;
    const amount = units(symbol, Math.abs(change));
    if (amount === 0n) return [];
    const variableRate = 2n;
    const data =
      change >= 0
        ? encodeFunctionData({ abi: poolAbi, functionName: "borrow", args: [asset(symbol), amount, variableRate, 0, borrower] })
        : encodeFunctionData({ abi: poolAbi, functionName: "repay", args: [asset(symbol), amount, variableRate, borrower] });
    return send(borrower, data, `${change >= 0 ? "borrowing" : "repayment"} of ${symbol}`);
  };

  let ticks = 0;
  return () => {
    ticks++;
    if (ticks === 1) return symbols.flatMap((symbol) => setSupply(symbol, base(symbol)));
    return symbols.flatMap((symbol) => {
      const reserve = state.get(symbol) as { supplied: number; owed: number; logOdds: number };
      const { rest, deviation } = usage[symbol];
      const mean = toLogOdds(rest);
      reserve.logOdds = mean + kept * (reserve.logOdds - mean) + deviation * Math.sqrt(1 - kept * kept) * random.normal();
      if (ticks > 2 && random.poisson((changesPerHour * blockSeconds) / 3600) === 0) return [];
      if (ticks > 2 && random.uniform() < 0.3) {
        const wanted = base(symbol) * (1 + 0.02 * Math.max(-2, Math.min(2, random.normal())));
        return reserve.owed < highestUsage * wanted ? setSupply(symbol, wanted) : [];
      }
      const share = Math.min(highestUsage, 1 / (1 + Math.exp(-reserve.logOdds)));
      return setDebt(symbol, share * reserve.supplied);
    });
  };
}

function toLogOdds(share: number): number {
  return Math.log(share / (1 - share));
}
