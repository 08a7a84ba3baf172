export type VolPremiumSettings = {
  /** Vol points (1.00 = 100 %) by which implied vol must differ from the forecast before one trades; below 0 one sells that far under it. */
  readonly premium: number;
  /** A position already begun grows until the bar lowered by 1 − keep of its size. */
  readonly keep: number;
};

export const defaultVolPremium: VolPremiumSettings = { premium: 0.05, keep: 0.5 };

export type VolStance = "sell" | "buy" | "none";
export type VolSignal = { readonly stance: VolStance; readonly edge: number; readonly reason: string };

/**
 * Volatility arbitrage: sell options while implied vol stands at least the premium above the forecast of realised vol, buy them while it stands as far
 * below; in between keep on only while half of the edge is left.
 * @param implied   at-the-money vol of the expiry on sale
 * @param forecast  of realised vol until that expiry
 */
export function volPremium(
  implied: number,
  forecast: number,
  before: VolStance,
  { premium, keep }: VolPremiumSettings,
): VolSignal {
  const edge = implied - forecast;
  const width = Math.abs(premium);
  const slack = (stance: VolStance) => (before === stance ? (1 - keep) * width : 0);
  const needed = { sell: premium - slack("sell"), buy: width - slack("buy") };
  const stance = edge >= needed.sell ? "sell" : edge <= -needed.buy ? "buy" : "none";
  const percent = (vol: number) => `${(100 * vol).toFixed(1)} %`;
  const bar = percent(needed[stance === "none" ? (edge > 0 ? "sell" : "buy") : stance]);
  const verb = { sell: "sell options", buy: "buy options", none: "trade no option" }[stance];
  return {
    stance,
    edge,
    reason: `${verb}: implied ${percent(implied)} against a forecast of ${percent(forecast)}, ${bar} apart needed`,
  };
}
