import { type OptionOffer, planBundle } from "../../../../keeper/hedging/greeks/planBundle.ts";
import type { OptionLeg } from "../../../../keeper/risk/book.ts";
import { legGreeks } from "../../../../keeper/risk/bookGreeks.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";
import { DAY, flatBook, now as start } from "../../risk/sampleBook.ts";

export type WeekSettings = {
  readonly riskAversion: number;
  /** Of an option's price; undefined: nobody quotes options. */
  readonly spread?: number;
  /** Gas of a transaction, and half of it per option leg, quote. */
  readonly gas: number;
};

const [STEP, STEPS, VOL] = [4 * 3600, 42, 0.8];

/** A vault short forty one-week straddles, looked at every four hours, spot and four quoted options to hedge with. Result of the week, quote. */
export function straddleWeek({ riskAversion, spread, gas }: WeekSettings, seed: number): number {
  const random = createRandom(seed, "straddle week");
  const expiry = start + 7 * DAY;
  const years = STEP / (365 * DAY);
  let spot = 3000;
  let [holdings, cash] = [0, 0];
  let legs: readonly OptionLeg[] = (["call", "put"] as const).map((type) => ({ type, strike: 3000, expiry, size: -40 }));
  const bookAt = (step: number) => ({ ...flatBook(legs, { spot, vol: VOL, holdings }), now: start + step * STEP });
  const priceAt = (step: number, option: Pick<OptionLeg, "type" | "strike" | "expiry">) =>
    legGreeks({ ...option, size: 1 }, spot, start + step * STEP, bookAt(step).smiles.get(expiry)).price;
  const worth = (step: number) => legs.reduce((sum, leg) => sum + leg.size * priceAt(step, leg), holdings * spot + cash);
  const before = worth(0);
  for (let step = 0; step < STEPS; step++) {
    const middle = Math.round(spot / 100) * 100;
    const strikes = { call: [middle, middle + 300], put: [middle, middle - 300] };
    const offers = (spread === undefined ? [] : (["call", "put"] as const)).flatMap((type) =>
      strikes[type].map((strike): OptionOffer => {
        const option = { type, strike, expiry };
        const price = priceAt(step, option);
        const level = (side: number) => ({ price: price * (1 + side * (spread ?? 0)), size: 1e4 });
        return { name: `${type} ${strike}`, option, ask: level(1), bid: level(-1), collateral: 0 };
      }),
    );
    const plan = planBundle({
      book: bookAt(step),
      moves: { vol: VOL, volDeviation: 0.05, correlation: 0 },
      riskAversion,
      costs: { fixed: gas, proportional: 5e-4 * spot, impact: 0, carry: 0 },
      optionGas: gas / 2,
      checkEvery: years,
      offers,
      cash: 1e9,
    });
    holdings += plan.spotTrade;
    cash -= plan.spotTrade * spot + plan.cost;
    for (const { offer, size } of plan.optionTrades) {
      cash -= size * priceAt(step, offer.option);
      legs = [...legs, { ...offer.option, size }];
    }
    spot *= Math.exp((-VOL * VOL * years) / 2 + VOL * Math.sqrt(years) * random.normal());
  }
  return worth(STEPS) - before;
}
