import { ageText, numberText } from "../../report/numberText.ts";
import type { Room } from "./connect.ts";
import { el, setClass, setText } from "./dom.ts";
import { shortHex } from "./figures.ts";
import { hashOf, type Route, routeOf, VIEWS, type ViewName } from "./route.ts";

/** What stands below the header: built once, then changed in place. */
export type View = { readonly root: HTMLElement; update(room: Room): void; close(): void };

/** The header of every page: which vault, whether what one sees is live, and the tabs. */
export function createShell(top: HTMLElement) {
  const home = el("a", { href: "#/", class: "brand" }, "Keel");
  const picker = el("select", { "aria-label": "Vault" });
  picker.addEventListener("change", () => {
    const view = routeOf(location.hash)?.view ?? "overview";
    location.hash = picker.value === "" ? "#/" : hashOf(picker.value, view);
  });
  const address = el("span", { class: "address" });
  const pill = el("span", { class: "pill", role: "status" });
  const tabs = el("nav", { "aria-label": "Views of the vault" });
  const links = new Map<ViewName, HTMLAnchorElement>();
  for (const [name, label] of Object.entries(VIEWS) as [ViewName, string][]) {
    const link = el("a", {}, label);
    links.set(name, link);
    tabs.append(link);
  }
  const alarm = el("p", { class: "alarm", role: "alert" });
  alarm.hidden = true;
  top.append(el("div", { class: "bar" }, home, picker, address, pill), tabs, alarm);

  return {
    /** Names the vaults and the tab one is on. */
    show(room: Room | undefined, route: Route): void {
      const vaults = room?.message.vaults ?? [];
      const keys = ["", ...vaults.map(({ key }) => key)];
      if (keys.join() !== [...picker.options].map(({ value }) => value).join()) {
        const options = vaults.map(({ key, vault, chainId, underlyings }) =>
          el("option", { value: key }, `${shortHex(vault)} · ${underlyings.join(", ") || `chain ${chainId}`}`),
        );
        picker.replaceChildren(el("option", { value: "" }, "All vaults"), ...options);
      }
      picker.hidden = vaults.length < 2;
      picker.value = route?.vault ?? "";
      const only = vaults.length === 1 ? vaults[0] : undefined;
      address.hidden = only === undefined;
      setText(address, only === undefined ? "" : `${shortHex(only.vault)} · chain ${only.chainId}`);
      tabs.hidden = route === undefined;
      for (const [name, link] of links) {
        if (route !== undefined) link.setAttribute("href", hashOf(route.vault, name));
        if (name === route?.view) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
      document.title = route === undefined ? "Keel control room" : `${VIEWS[route.view]} · Keel control room`;
    },

    /** Says whether the figures are of now. */
    tellAge(room: Room | undefined, isLive: boolean): void {
      if (room === undefined) {
        say("waiting", "Connecting", "");
        return;
      }
      const { vault, message, clockAhead } = room;
      const now = Date.now() - clockAhead;
      const age = vault === undefined ? 0 : Math.max(0, now - vault.seenAt);
      const block = vault?.view === undefined ? "" : ` · block ${numberText(vault.view.block.number)}`;
      const ago = ageText(age / 1000);
      const since = ageText((now - message.at) / 1000);
      if (!isLive)
        say("bad", "Reconnecting", `The keeper does not answer. What stands here is ${since} old; it is asked again by itself.`);
      else if (age > message.staleMs)
        say("bad", `Stale${block}`, `No block for ${ago}: these figures are of the last one the keeper saw.`);
      else if (vault?.phase === "stuck" || vault?.phase === "halted")
        say("bad", `${vault.phase === "stuck" ? "Stuck" : "Halted"}${block}`, vault.problem ?? "");
      else say("good", vault === undefined ? "Live" : `Live${block} · ${ago} ago`, "");
    },
  };

  function say(tone: string, text: string, warning: string): void {
    setClass(pill, `pill ${tone}`);
    setText(pill, text);
    alarm.hidden = warning === "";
    setText(alarm, warning);
  }
}
