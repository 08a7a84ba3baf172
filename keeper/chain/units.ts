const WAD = 1e18;

/** Aave's unit of rates, per year. */
export const RAY = 1e27;

/** A WAD as a number. */
export function fromWad(value: bigint): number {
  return Number(value) / WAD;
}

/** Token units as whole tokens. */
export function fromUnits(value: bigint, decimals: number): number {
  return Number(value) / 10 ** decimals;
}

/** Whole tokens as token units, towards zero: the keeper never trades or spends more than it decided. */
export function toUnits(value: number, decimals: number): bigint {
  return toInteger(value, decimals);
}

/** A number as a WAD, towards zero. */
export function toWad(value: number): bigint {
  return toInteger(value, 18);
}

/** Through the shortest decimal text that reads back as the same number, so that 0.1 becomes exactly 10^17. */
function toInteger(value: number, decimals: number): bigint {
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const [whole = "0", fraction = ""] = mantissa.replace("-", "").split(".");
  const shift = Number(exponent) + decimals - fraction.length;
  const digits = BigInt(whole + fraction);
  const magnitude = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return value < 0 ? -magnitude : magnitude;
}
