import type { HedgePlan } from "../hedging/planHedge.ts";
import type { DemoBlock } from "./runDemo.ts";

/** What was done at a block. */
export function verdictOf({ report }: DemoBlock): "hedge" | "take" | "provision" | "hold" | "refusal" {
  if (report.decision === undefined || report.submission?.status === "refused") return "refusal";
  return report.decision.verdict;
}

/** Hedge error of one underlying at each block, and what it would be had no hedge been traded; undefined where nothing was decided. */
export function hedgeErrors(blocks: readonly DemoBlock[], symbol: string) {
  let hedgeUnits = 0;
  return blocks.map((block) => {
    const { traded, delivered, optionDelta } = block.account;
    hedgeUnits += (traded.get(symbol) ?? 0) + (delivered.get(symbol) ?? 0);
    const plan = planOf(block, symbol);
    if (plan === undefined) return undefined;
    const { hedgeError, region } = plan;
    return {
      hedgeError,
      region,
      withoutHedges: hedgeError - hedgeUnits - (optionDelta.get(symbol) ?? 0),
      inside: isInside(plan),
    };
  });
}

/** The plan for one underlying; undefined where nothing was decided. */
export function planOf({ report }: DemoBlock, symbol: string) {
  return report.decision?.plans.find(({ underlying }) => underlying === symbol);
}

/** Whether a plan found its error inside the no-trade region. */
export function isInside({ hedgeError, region }: HedgePlan): boolean {
  return hedgeError >= region.lower && hedgeError <= region.upper;
}
