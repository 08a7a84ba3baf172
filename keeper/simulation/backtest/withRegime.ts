import {
  defaultRegimeSwitch,
  type Regime,
  type RegimeSwitchSettings,
  regimeRiskAversion,
  regimeSwitch,
} from "../../hedging/forecast/regimeSwitch.ts";
import { fitRegimes, updateRegime, usualShare, type VolRegimes } from "../../hedging/forecast/volRegime.ts";
import type { PolicyMaker } from "./policies.ts";

/** Returns known before regimes are fitted, and the growth of their number after which they are fitted again. */
const LEAST_RETURNS = 100;
const REFIT_GROWTH = 1.1;

/**
 * A policy under the regime switch: its risk aversion is multiplied while the filtered probability says the market is turbulent. The regimes are
 * fitted to the returns seen so far and no others; until there are enough the market counts as calm.
 * @param spacingSeconds  between two returns the filter sees
 */
export function withRegime(
  base: PolicyMaker,
  spacingSeconds: number,
  settings: RegimeSwitchSettings = defaultRegimeSwitch,
): PolicyMaker {
  const name = `${base.name}+regime`;
  return {
    name,
    create() {
      const policy = base.create();
      const filter = createFilter(settings);
      let last: { readonly time: number; readonly spot: number } | undefined;
      let regime: Regime = "calm";
      return {
        name,
        trade(view) {
          const { time, spot, riskAversion } = view;
          if (last === undefined || time - last.time >= spacingSeconds) {
            if (last !== undefined) regime = filter(Math.log(spot / last.spot));
            last = { time, spot };
          }
          return policy.trade({ ...view, riskAversion: riskAversion * regimeRiskAversion(regime, settings) });
        },
      };
    },
  };
}

/** The regime acted on after each return. */
function createFilter(settings: RegimeSwitchSettings): (move: number) => Regime {
  const moves: number[] = [];
  let regimes: VolRegimes | undefined;
  let fittedTo = 0;
  let turbulent = 0;
  let regime: Regime = "calm";
  return (move) => {
    moves.push(move);
    if (moves.length >= LEAST_RETURNS && moves.length >= REFIT_GROWTH * fittedTo) {
      const fitted = fitRegimes(moves);
      turbulent = moves.reduce((before, each) => updateRegime(fitted, before, each), usualShare(fitted));
      regimes = fitted;
      fittedTo = moves.length;
    } else if (regimes !== undefined) {
      turbulent = updateRegime(regimes, turbulent, move);
    }
    regime = regimeSwitch(regime, turbulent, settings);
    return regime;
  };
}
