// Making a formatter is far dearer than using one.
const formats = new Map<number, Intl.NumberFormat>();

/** A number with thousands separators and a real minus, for people. Zero never carries a sign. */
export function numberText(value: number, digits = 0): string {
  const format =
    formats.get(digits) ?? new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  formats.set(digits, format);
  const text = format.format(value);
  return /^-[0.,]*$/.test(text) ? text.slice(1) : text.replace("-", "−");
}

/** The same, or a dash where there is no number. */
export function orDash(value: number | undefined, digits = 0): string {
  return value === undefined ? "–" : numberText(value, digits);
}

/** A number with a plus where it is positive. */
export function signedText(value: number, digits = 0): string {
  const text = numberText(value, digits);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A fraction as a percentage: 0.941 is "94.1 %". */
export function percentText(fraction: number, digits = 1): string {
  return `${numberText(100 * fraction, digits)} %`;
}

/** A price or a size at four to five significant places. */
export function sizeText(value: number): string {
  const magnitude = Math.abs(value);
  return numberText(value, magnitude >= 1000 ? 0 : magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : 3);
}

/** Unix seconds as "2026-01-10 13:40" in UTC. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");
}

/** A span of seconds in the largest unit that says enough: "42 s", "18 min", "6.5 h". */
export function ageText(seconds: number): string {
  if (seconds < 100) return `${numberText(seconds)} s`;
  if (seconds < 6_000) return `${numberText(seconds / 60)} min`;
  return seconds < 172_800 ? `${numberText(seconds / 3600, 1)} h` : `${numberText(seconds / 86_400, 1)} d`;
}
