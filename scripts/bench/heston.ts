import { hestonPaths } from "../../keeper/pricing/hestonPaths.ts";
import { andersenCases, andersenStrikes, callValue, STEP_BIAS, STEPS_PER_YEAR } from "../../test/keeper/pricing/andersenCases.ts";
import { polarRandom } from "../../test/keeper/pricing/polarRandom.ts";

const SEED = 20_070_123;
const PATHS = 200_000;
const SPOT = 100;

const started = process.cpuUsage();
let steps = 0;
const rows = andersenCases.flatMap(({ name, kappa, v, sigma, rho, years, values }) => {
  const model = { v0: v, theta: v, kappa, sigma, rho };
  const { price } = hestonPaths({
    model,
    spot: SPOT,
    years,
    steps: STEPS_PER_YEAR * years,
    paths: PATHS,
    random: polarRandom(SEED),
  });
  steps += PATHS * STEPS_PER_YEAR * years;
  return andersenStrikes.map((strike, index) => {
    const { value, standardError } = callValue(price, strike, SPOT);
    const reference = values[index] as number;
    const error = value - reference;
    return {
      case: name,
      strike,
      price: value.toFixed(4),
      reference: reference.toFixed(4),
      error: error.toFixed(4),
      "standard error": standardError.toFixed(4),
      "standard errors away": (error / standardError).toFixed(2),
      within: Math.abs(error) <= 3 * standardError + STEP_BIAS,
    };
  });
});
const { user, system } = process.cpuUsage(started);
const seconds = (user + system) * 1e-6;

console.log(`Calls under Heston by quadratic-exponential steps: ${PATHS} paths, ${STEPS_PER_YEAR} steps a year, seed ${SEED},`);
console.log("terminal spot as control variate, against Andersen 2008, table 1, by transform.\n");
console.table(rows);
console.log(
  `${seconds.toFixed(1)} s of processor time, ${((1e9 * seconds) / steps).toFixed(0)} ns a step, random numbers included.`,
);
const isWithin = rows.every((row) => row.within);
console.log(`Required: within 3 standard errors + ${STEP_BIAS} (the bias of the steps): ${isWithin ? "met" : "NOT met"}.`);
if (!isWithin) process.exitCode = 1;
