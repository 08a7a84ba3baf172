import { gravestTail } from "./gravestTail.ts";
import type { StressReport } from "./stressReport.ts";

/** What a book may lose; a limit left out is not checked. Quote, positive. */
export type RiskBudget = {
  /** In the worst scenario, hedging cost included. */
  readonly stressLoss?: number | undefined;
  /** By the gravest revalued estimate. */
  readonly expectedShortfall?: number | undefined;
};

export type BudgetLine = {
  readonly limit: keyof RiskBudget;
  readonly allowed: number;
  readonly found: number;
  readonly cause: string;
};

/** Every limit that was set, with what was found and where. It is exceeded when found is above allowed. */
export function checkRiskBudget(report: StressReport, budget: RiskBudget): BudgetLine[] {
  const { worst } = report;
  const gravest = gravestTail(report);
  const found = {
    stressLoss: { found: Math.max(0, -worst.total), cause: worst.scenario.name },
    expectedShortfall: { found: Math.max(0, gravest.expectedShortfall), cause: gravest.method },
  };
  return (["stressLoss", "expectedShortfall"] as const).flatMap((limit) => {
    const allowed = budget[limit];
    return allowed === undefined ? [] : [{ limit, allowed, ...found[limit] }];
  });
}
