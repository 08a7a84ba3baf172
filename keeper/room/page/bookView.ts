import { numberText, signedText, sizeText, timeText } from "../../report/numberText.ts";
import type { Room } from "./connect.ts";
import { createTable, el, section } from "./dom.ts";
import { unitsText } from "./figures.ts";
import type { View } from "./shell.ts";

/** What the vault holds: its options, and everything else. */
export function bookView(): View {
  const legs = createTable(
    "Option positions",
    [
      { name: "Underlying" },
      { name: "Type" },
      { name: "Strike", kind: "number" },
      { name: "Expiry, UTC" },
      { name: "In, days", kind: "number" },
      { name: "Size", kind: "number" },
      { name: "Strike from spot", kind: "number" },
      { name: "State" },
    ],
    "The vault holds no options now: buyers have taken none, or the last have settled.",
  );
  const assets = createTable(
    "Assets",
    [
      { name: "Asset" },
      { name: "Price", kind: "number" },
      { name: "Held in every form", kind: "number" },
      { name: "Worth", kind: "number" },
    ],
    "Nothing was read yet.",
  );
  const queue = createTable("Share queue", [{ name: "What" }, { name: "Now" }], "Nothing was read yet.");
  const root = el(
    "div",
    {},
    section("Options", "Shorts are negative.", legs.root),
    section("Assets", "Cash, locked collateral, and lent less borrowed on Aave.", assets.root),
    section("Shares", "Requests of an epoch get one price, struck after they closed.", queue.root),
  );

  function update({ vault }: Room): void {
    const view = vault?.view;
    if (view === undefined) return;
    const now = view.block.timestamp;
    legs.fill(
      view.underlyings.flatMap(({ symbol, price, legs: own }) =>
        [...own]
          .sort((a, b) => a.expiry - b.expiry || a.strike - b.strike)
          .map(({ type, strike, expiry, size, settlementPrice }) => [
            symbol,
            type,
            numberText(strike),
            timeText(expiry),
            numberText(Math.max(0, (expiry - now) / 86_400), 2),
            unitsText(size),
            `${signedText(100 * (strike / price - 1), 1)} %`,
            expiry > now ? "live" : settlementPrice === undefined ? "expired" : `settled at ${sizeText(settlementPrice)}`,
          ]),
      ),
    );
    assets.fill([
      [view.quote, "1", numberText(view.quoteCash + view.quoteLent, 2), numberText(view.quoteCash + view.quoteLent)],
      ...view.underlyings.map(({ symbol, price, holdings }) => [
        symbol,
        numberText(price, 2),
        unitsText(holdings),
        numberText(price * holdings),
      ]),
    ]);
    const { openEpoch, cutoff, struckDeposits, struckRedemptions } = view.queue;
    queue.fill([
      ["Epoch that takes requests", `${openEpoch}, until ${timeText(cutoff)} UTC`],
      ["Deposits struck", struckDeposits === 0 ? "none yet" : `up to epoch ${struckDeposits}`],
      ["Redemptions struck", struckRedemptions === 0 ? "none yet" : `up to epoch ${struckRedemptions}`],
      ["Free to pay out", `${numberText(view.freeLiquidity)} ${view.quote}`],
    ]);
  }
  return { root, update, close: () => undefined };
}
