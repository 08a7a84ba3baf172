/** The shares (α, β) of a pair of free numbers: positive, and together below one. */
export function toShares(a: number, b: number): readonly [alpha: number, beta: number] {
  const top = Math.max(a, b, 0);
  const [ea, eb, one] = [Math.exp(a - top), Math.exp(b - top), Math.exp(-top)];
  return [ea / (ea + eb + one), eb / (ea + eb + one)];
}

/** Its inverse. */
export function fromShares(alpha: number, beta: number): readonly [a: number, b: number] {
  const rest = 1 - alpha - beta;
  return [Math.log(alpha / rest), Math.log(beta / rest)];
}
