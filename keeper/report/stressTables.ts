import type { CashGreeks, TenorVega } from "../risk/portfolioGreeks.ts";
import type { StressReport } from "../risk/stressReport.ts";
import { numberText } from "./numberText.ts";
import type { PageTable } from "./page.ts";

/** Every named scenario and replay. */
export function scenarioTable({ outcomes }: StressReport): PageTable {
  const unwind = (each: StressReport["worst"]) => each.underlyings.reduce((all, { unwindCost }) => all + unwindCost, 0);
  return {
    columns: ["scenario", "revaluation", "hedge", "total", "unwind"],
    rows: outcomes.map((each) => [
      each.scenario.name,
      numberText(each.revaluation),
      numberText(-each.hedgeCost),
      numberText(each.total),
      numberText(-unwind(each)),
    ]),
  };
}

/** Cash Greeks by expiry, by underlying and in total. */
export function greeksTable({ greeks: { underlyings, total } }: StressReport): PageTable {
  const cash = ({ value, cashDelta, cashGamma, vega, thetaPerDay }: CashGreeks) =>
    [value, cashDelta, cashGamma, vega / 100, thetaPerDay].map((value) => numberText(value));
  return {
    columns: ["underlying", "expiry", "days", "option value", "cash delta", "cash gamma", "vega", "theta"],
    rows: [
      ...underlyings.flatMap((each) => [
        ...each.expiries.map((one) => [
          each.underlying,
          new Date(one.expiry * 1000).toISOString().slice(0, 10),
          Number((one.years * 365).toFixed(1)),
          ...cash(one),
        ]),
        [each.underlying, "with holdings", "", ...cash(each)],
      ]),
      ["total", "", "", ...cash(total)],
    ],
  };
}

/** Units and ratios of the hedge, one line an underlying. */
export function coverageTable({ greeks: { underlyings } }: StressReport): PageTable {
  const ratio = (value: number | undefined) => (value === undefined ? "" : Number(value.toFixed(3)));
  return {
    columns: ["underlying", "option delta", "holdings", "hedge error", "coverage", "H", ""],
    rows: underlyings.map(({ underlying, greeks, coverage }) => [
      underlying,
      ...[greeks.optionDelta, greeks.delta - greeks.optionDelta, greeks.hedgeError].map((units) => numberText(units, 4)),
      ratio(coverage.coverage),
      ratio(coverage.hedgeRatio),
      coverage.isOverHedged ? "over-hedged" : "",
    ]),
  };
}

/** Vega per vol point in tenor buckets. */
export function tenorTable({ greeks: { underlyings, total } }: StressReport): PageTable {
  const title = ({ upToDays }: TenorVega, i: number, all: readonly TenorVega[]) =>
    Number.isFinite(upToDays) ? `to ${upToDays} d` : `over ${all[i - 1]?.upToDays} d`;
  const row = (name: string, buckets: readonly TenorVega[]) => [name, ...buckets.map(({ vega }) => numberText(vega / 100))];
  return {
    columns: ["underlying", ...total.vegaByTenor.map(title)],
    rows: [...underlyings.map((each) => row(each.underlying, each.vegaByTenor)), row("total", total.vegaByTenor)],
  };
}
