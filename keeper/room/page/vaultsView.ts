import { numberText, percentText, signedText } from "../../report/numberText.ts";
import type { VaultLine } from "../feed.ts";
import type { Room } from "./connect.ts";
import { el, section, setClass, setText } from "./dom.ts";
import { proseText, shortHex } from "./figures.ts";
import { hashOf } from "./route.ts";
import type { View } from "./shell.ts";

/** Every vault this keeper watches, one card each. */
export function vaultsView(): View {
  const list = el("ul", { class: "vaults" });
  const nothing = el("p", { class: "empty card" }, "This keeper watches no vault.");
  const cards = new Map<string, ReturnType<typeof vaultCard>>();
  const root = section("Vaults", "", nothing, list);
  return {
    root,
    update({ message: { vaults } }: Room) {
      nothing.hidden = vaults.length > 0;
      for (const line of vaults) {
        const card = cards.get(line.key) ?? vaultCard(line);
        if (!cards.has(line.key)) list.append(card.root);
        cards.set(line.key, card);
        card.update(line);
      }
    },
    close: () => undefined,
  };
}

function vaultCard({ key, vault, chainId }: VaultLine) {
  const badge = el("span", {});
  const equity = el("span", { class: "amount" });
  const facts = el("span", { class: "detail" });
  const says = el("span", { class: "says" });
  const name = el("span", { class: "name" }, shortHex(vault), el("small", {}, `chain ${chainId}`));
  const root = el("li", {}, el("a", { class: "card", href: hashOf(key, "overview") }, name, badge, equity, facts, says));
  return {
    root,
    update({ level, equity: worth, quote, pnl, underlyings, regionUse, says: text }: VaultLine) {
      setText(badge, level === "good" ? "well" : level === "warn" ? "look" : "act");
      setClass(badge, `badge ${level}`);
      setText(equity, worth === undefined ? "No block yet" : `${numberText(worth)} ${quote}`);
      const use = regionUse === undefined ? "" : `, ${percentText(Math.min(regionUse, 99), 0)} of the way to a hedge`;
      const gain = pnl === undefined ? "" : `, P&L ${signedText(pnl)}`;
      setText(facts, `${underlyings.join(" and ")}${gain}${use}`);
      setText(says, proseText(text));
    },
  };
}
