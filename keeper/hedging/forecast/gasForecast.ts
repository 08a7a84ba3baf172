import { InvalidInputError } from "../../errors.ts";

/** Log base fee that reverts to a profile of the hour of day. Fees in any one unit. */
export type GasModel = {
  /** Usual log fee of each UTC hour, 24 values. */
  readonly profile: readonly number[];
  /** Share of a deviation that is left after an hour. */
  readonly keptPerHour: number;
  /** Standard deviation of the log fee around its profile. */
  readonly deviation: number;
};

const HOUR = 3600;

/**
 * Fits the profile by the mean of each hour, drawn towards the mean of the day by what the noise of so few days explains (James and Stein 1961),
 * and the persistence by regressing deviations on those one observation before.
 * @param times  unix seconds at even spacing, oldest first
 * @param fees   base fees
 * @throws InvalidInputError when there are less than two days, or a fee is not positive
 */
export function fitGas(times: ArrayLike<number>, fees: ArrayLike<number>): GasModel {
  const count = times.length;
  const hours = count > 1 ? ((times[count - 1] as number) - (times[0] as number)) / HOUR : 0;
  if (!(hours >= 47)) throw new InvalidInputError("A gas profile needs at least two days of fees", { count, hours });
  const sums = Array.from({ length: 24 }, () => ({ sum: 0, count: 0 }));
  let total = 0;
  for (let i = 0; i < count; i++) {
    const fee = fees[i] as number;
    if (!(fee > 0)) throw new InvalidInputError(`A base fee must be positive, got ${fee}`, { index: i });
    const hour = sums[hourOf(times[i] as number)] as { sum: number; count: number };
    hour.sum += Math.log(fee);
    hour.count++;
    total += Math.log(fee);
  }
  const usual = total / count;
  const profile = shrink(
    sums.map((hour) => (hour.count === 0 ? usual : hour.sum / hour.count)),
    usual,
    (raw) => meanSquare(deviations(raw, times, fees)) / (hours / 24),
  );
  const away = deviations(profile, times, fees);
  let product = 0;
  for (let i = 1; i < count; i++) product += (away[i] as number) * (away[i - 1] as number);
  const square = meanSquare(away);
  const kept = Math.min(Math.max(square > 0 ? product / (count - 1) / square : 0, 1e-6), 1 - 1e-6);
  return { profile, keptPerHour: kept ** ((count - 1) / hours), deviation: Math.sqrt(square) };
}

function shrink(means: readonly number[], usual: number, noise: (means: readonly number[]) => number): readonly number[] {
  const between = meanSquare(means.map((x) => x - usual));
  const trust = between > 0 ? Math.max(0, 1 - noise(means) / between) : 0;
  return means.map((x) => usual + trust * (x - usual));
}

function deviations(profile: readonly number[], times: ArrayLike<number>, fees: ArrayLike<number>): number[] {
  return Array.from({ length: times.length }, (_, i) => Math.log(fees[i] as number) - usualLogFee(profile, times[i] as number));
}

function meanSquare(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x * x, 0) / values.length;
}

/** Usual log fee at a moment: the profile, straight between the middles of its hours. */
export function usualLogFee(profile: readonly number[], time: number): number {
  const position = (((time / HOUR - 0.5) % 24) + 24) % 24;
  const hour = Math.floor(position);
  const share = position - hour;
  return (1 - share) * (profile[hour] as number) + share * (profile[(hour + 1) % 24] as number);
}

/** Expected fee `ahead` seconds from now: the deviation decays, its variance grows back. */
export function forecastFee({ profile, keptPerHour, deviation }: GasModel, fee: number, now: number, ahead: number): number {
  const kept = keptPerHour ** (ahead / HOUR);
  const away = Math.log(fee) - usualLogFee(profile, now);
  return Math.exp(usualLogFee(profile, now + ahead) + kept * away + (deviation ** 2 * (1 - kept * kept)) / 2);
}

function hourOf(time: number): number {
  return Math.floor(time / HOUR) % 24;
}
