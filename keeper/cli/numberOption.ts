import { InvalidArgumentError } from "commander";
import { LEAST_DEPOSIT } from "../simulation/keelParameters.ts";

/** Parses any number of a flag. */
export function anyNumber(text: string): number {
  const value = toNumber(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("Give a number.");
  return value;
}

/** Parses a positive number of a flag. */
export function positive(text: string): number {
  const value = toNumber(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("Give a positive number.");
  return value;
}

/** Parses a number from 0 of a flag. */
export function nonNegative(text: string): number {
  const value = toNumber(text);
  if (!(value >= 0 && Number.isFinite(value))) throw new InvalidArgumentError("Give a number from 0.");
  return value;
}

/** Parses a whole number from 0 of a flag. */
export function whole(text: string): number {
  const value = toNumber(text);
  if (!(Number.isSafeInteger(value) && value >= 0)) throw new InvalidArgumentError("Give a whole number.");
  return value;
}

/** Parses a whole number from 1 of a flag. */
export function positiveWhole(text: string): number {
  const value = toNumber(text);
  if (!(Number.isSafeInteger(value) && value >= 1)) throw new InvalidArgumentError("Give a whole number from 1.");
  return value;
}

/** @returns what parses a whole number from 1 up to `most` of a flag */
export function wholeUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = toNumber(text);
    if (!(Number.isSafeInteger(value) && value >= 1 && value <= most))
      throw new InvalidArgumentError(`Give a whole number from 1 to ${most}.`);
    return value;
  };
}

/** Parses a deposit that a vault's queue takes, quote. */
export function deposit(text: string): number {
  const value = toNumber(text);
  if (!(value >= LEAST_DEPOSIT && Number.isFinite(value)))
    throw new InvalidArgumentError(`Give ${LEAST_DEPOSIT} or more: a vault takes no smaller deposit.`);
  return value;
}

/** A flag left blank is no zero. */
function toNumber(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}
