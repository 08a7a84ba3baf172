import { bestBundle } from "../../hedging/greeks/bestBundle.ts";
import { errorValue } from "../../hedging/greeks/errorValue.ts";
import { lockInGains } from "../../hedging/greeks/lockInGains.ts";
import type { Matrix } from "../../hedging/symmetricEigen.ts";
import type { FlowCosts, FlowDay, FlowTrade } from "./runFlow.ts";

/** Trades no option. */
export function deltaOnly({ fresh }: FlowDay): FlowTrade {
  return { contracts: fresh.slice(1).map(() => 0) };
}

/** Buys or sells the new option of one hedging tenor until the book's gamma (or vega) is nil. */
export function neutralise(greek: "gamma" | "vega", tenor: number): (day: FlowDay) => FlowTrade {
  return (day) => ({
    contracts: day.fresh
      .slice(1)
      .map((option, index) => (day.flow.tenors[index + 1] === tenor ? -day[greek] / option[greek] : 0)),
  });
}

export type OptimiserSettings = {
  readonly costs: FlowCosts;
  /** Absolute risk aversion, 1 / quote. */
  readonly riskAversion: number;
  /** What the desk expects to have earned at the end, quote; gains beyond the plan are locked in. Absent: constant risk aversion. */
  readonly plan?: number;
  /** Whether spot is chosen too, instead of the Black-Scholes delta hedge alone. */
  readonly choosesSpot?: boolean;
};

/** Keel's optimiser on this desk: errors are gamma and vega (and delta when spot is chosen too), all of the desk's instruments are considered together. */
export function optimise(settings: OptimiserSettings): (day: FlowDay) => FlowTrade {
  const { riskAversion, plan, choosesSpot = false } = settings;
  const { spread, fixed = 0 } = settings.costs;
  return (today) => {
    const { day, flow, fresh, pnl } = today;
    const ahead = plan === undefined ? 0 : pnl - (plan * day) / flow.days;
    const lambda = lockInGains(riskAversion, ahead);
    // Of delta, gamma and vega only those that are at risk and not hedged by rule.
    const pick = <T>(each: readonly T[]) => each.slice(choosesSpot ? 0 : 1, flow.model.nu === 0 ? 2 : 3);
    const keep = (matrix: Matrix) => pick(matrix).map(pick);
    const options = fresh.slice(1);
    const costOf = (greek: "gamma" | "vega") => Math.min(...options.map((option) => (spread * option.price) / option[greek]));
    const value = errorValue({
      diffusion: keep(diffusionOf(today)),
      risk: keep(riskOf(today, lambda)),
      fixed,
      proportional: pick([0, costOf("gamma"), costOf("vega")]),
      checkEvery: 1 / flow.daysPerYear,
      years: (flow.days - day) / flow.daysPerYear,
    });
    const side = (cost: number) => ({ cost, size: Number.POSITIVE_INFINITY, cash: 0 });
    const instruments = options.map(({ price, gamma, vega }, index) => ({
      name: `${flow.tenors[index + 1]} d`,
      exposure: pick([0, gamma, vega]),
      buy: side(spread * price),
      sell: side(spread * price),
    }));
    const shares = { name: "spot", exposure: [1, 0, 0], buy: side(0), sell: side(0) };
    const { trades, isWorthIt } = bestBundle({
      errors: pick([0, today.gamma, today.vega]),
      value,
      instruments: choosesSpot ? [...instruments, shares] : instruments,
      fixed,
    });
    const contracts = trades.slice(0, options.length).map((size) => (isWorthIt ? size : 0));
    return choosesSpot && isWorthIt ? { contracts, spot: trades[options.length] as number } : { contracts };
  };
}

/** Covariance rate of what one unit of delta, gamma and vega earns: dS, ½(dS² − E dS²) over a day, and the implied vol's own move at a fixed strike, να(dW₂ − ½ρdW₁). */
function riskOf({ flow, spot, vol }: FlowDay, riskAversion: number): Matrix {
  const { nu, rho } = flow.model;
  const price = (vol * spot) ** 2;
  const shared = (rho * nu * vol * vol * spot) / 2;
  const move = (nu * vol) ** 2 * (1 - 0.75 * rho * rho);
  const rates = [
    [price, 0, shared],
    [0, (price * price) / flow.daysPerYear / 2, 0],
    [shared, 0, move],
  ];
  return rates.map((row) => row.map((x) => riskAversion * x));
}

/** How gamma and vega of the book wander: with spot, and with the orders of clients. */
function diffusionOf({ flow, spot, vol, speed, vegaSlope, fresh }: FlowDay): Matrix {
  const orders = flow.ordersPerDay * flow.daysPerYear;
  const { gamma = 0, vega = 0 } = fresh[0] ?? {};
  const price = (vol * spot) ** 2;
  return [
    [0, 0, 0],
    [0, price * speed * speed + orders * gamma * gamma, price * speed * vegaSlope + orders * gamma * vega],
    [0, price * speed * vegaSlope + orders * gamma * vega, price * vegaSlope * vegaSlope + orders * vega * vega],
  ];
}
