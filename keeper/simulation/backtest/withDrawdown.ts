import {
  type DrawdownLimits,
  type DrawdownState,
  defaultDrawdownLimits,
  drawdownControl,
} from "../../hedging/forecast/drawdownControl.ts";
import { emergencyCover } from "../../hedging/forecast/emergencyCover.ts";
import type { PolicyMaker } from "./policies.ts";

/**
 * A policy under drawdown control: its risk aversion rises as equity falls from its peak, and what cover the fall requires is traded whatever it costs.
 * @param capital  equity at the start, quote
 */
export function withDrawdown(base: PolicyMaker, capital: number, limits: DrawdownLimits = defaultDrawdownLimits): PolicyMaker {
  const name = `${base.name}+drawdown`;
  return {
    name,
    create() {
      const policy = base.create();
      let state: DrawdownState | undefined;
      return {
        name,
        trade(view) {
          state = drawdownControl(state, capital + view.earned, limits);
          const riskAversion = view.riskAversion * state.riskAversionTimes;
          const wanted = policy.trade({ ...view, riskAversion });
          const exposure = view.greeks.delta - view.held;
          const cover = emergencyCover({ exposure, held: view.held + wanted, coverRatio: state.coverRatio });
          return wanted + cover;
        },
      };
    },
  };
}
