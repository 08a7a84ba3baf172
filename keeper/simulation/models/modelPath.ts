import { createRandom } from "../random.ts";
import { type BatesModel, type BatesPath, createBatesPath, defaultBatesModel } from "./batesPath.ts";

/** Models a simulation may follow. */
export const MODELS = ["gbm", "heston", "bates", "regime"] as const;
export type ModelName = (typeof MODELS)[number];

/** Prices of several underlyings along one path, and the vol at which an option is fair. */
export type ModelPath = Pick<BatesPath<string>, "next" | "fairVol">;

const REGIMES = { calmVol: 0.45, wildVol: 1.1, calmDays: 30, wildDays: 6 };
const SECONDS_PER_YEAR = 365 * 86_400;
const DAY = 86_400;

/**
 * A path of the demo's market under one of four models: Bates as the demo has it, Heston without its jumps, GBM at its long-run vol, or GBM
 * whose vol switches between a calm and a wild state (Hamilton 1989), both underlyings at once.
 * @param volOfVol instead of the model's own, both underlyings; for heston and bates
 */
export function modelPath(
  name: ModelName,
  start: { readonly timestamp: number; readonly prices: Readonly<Record<"WETH" | "WBTC", number>> },
  seed: number,
  volOfVol?: number,
): ModelPath {
  return name === "regime" ? regimePath(start, seed) : createBatesPath(variant(name, volOfVol), start, seed);
}

function variant(name: Exclude<ModelName, "regime">, volOfVol: number | undefined): BatesModel<"WETH" | "WBTC"> {
  const { underlyings } = defaultBatesModel;
  const sigma = name === "gbm" ? 1e-6 : volOfVol;
  const change = <Each extends { readonly heston: { readonly sigma: number } }>(each: Each) => ({
    ...each,
    heston: { ...each.heston, sigma: sigma ?? each.heston.sigma },
  });
  return {
    ...defaultBatesModel,
    underlyings: { WETH: change(underlyings.WETH), WBTC: change(underlyings.WBTC) },
    jumpsPerYear: name === "bates" ? defaultBatesModel.jumpsPerYear : 0,
  };
}

function regimePath(
  start: { readonly timestamp: number; readonly prices: Readonly<Record<"WETH" | "WBTC", number>> },
  seed: number,
): ModelPath {
  const [shocks, switches] = [createRandom(seed, "regime/shocks"), createRandom(seed, "regime/switches")];
  const symbols = ["WETH", "WBTC"] as const;
  const scale = { WETH: 1, WBTC: 0.75 };
  const { correlation } = defaultBatesModel;
  const prices = { ...start.prices };
  let now = start.timestamp;
  let isWild = false;
  const volNow = () => (isWild ? REGIMES.wildVol : REGIMES.calmVol);
  return {
    next(timestamp) {
      const years = (timestamp - now) / SECONDS_PER_YEAR;
      const stay = (isWild ? REGIMES.wildDays : REGIMES.calmDays) * DAY;
      if (switches.uniform() < -Math.expm1(-(timestamp - now) / stay)) isWild = !isWild;
      now = timestamp;
      const common = shocks.normal();
      symbols.forEach((symbol, index) => {
        const shock = index === 0 ? common : correlation * common + Math.sqrt(1 - correlation ** 2) * shocks.normal();
        const vol = volNow() * scale[symbol];
        prices[symbol] *= Math.exp(vol * Math.sqrt(years) * shock - (vol * vol * years) / 2);
      });
      return { ...prices };
    },
    fairVol(symbol, years) {
      // Expected variance of a two-state chain: the state's own decays to the long-run mean at the sum of both rates.
      const rate = (365 / REGIMES.calmDays + 365 / REGIMES.wildDays) * years;
      const wildShare = REGIMES.wildDays / (REGIMES.calmDays + REGIMES.wildDays);
      const mean = wildShare * REGIMES.wildVol ** 2 + (1 - wildShare) * REGIMES.calmVol ** 2;
      const decay = rate > 0 ? -Math.expm1(-rate) / rate : 1;
      return scale[symbol as "WETH" | "WBTC"] * Math.sqrt(mean + (volNow() ** 2 - mean) * decay);
    },
  };
}
