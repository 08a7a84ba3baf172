import { bookView } from "./bookView.ts";
import { type Connection, connect, type Room } from "./connect.ts";
import { el } from "./dom.ts";
import { healthView } from "./healthView.ts";
import { hedgesView } from "./hedgesView.ts";
import { overviewView } from "./overviewView.ts";
import { pnlView } from "./pnlView.ts";
import { hashOf, type Route, routeOf, type ViewName } from "./route.ts";
import { createShell, type View } from "./shell.ts";
import { surfaceView } from "./surfaceView.ts";
import { vaultsView } from "./vaultsView.ts";

const CREATE: Readonly<Record<ViewName, (vault: string) => View>> = {
  overview: overviewView,
  hedges: hedgesView,
  pnl: pnlView,
  surface: surfaceView,
  book: bookView,
  health: healthView,
};

const content = document.querySelector<HTMLElement>("#content") ?? document.body;
const shell = createShell(document.querySelector<HTMLElement>("#top") ?? document.body);
let route: Route;
let room: Room | undefined;
let connection: Connection | undefined;
let listeningTo: string | undefined;
let view: View | undefined;

/** Shows what the address asks for, listening to that vault. */
function go(): void {
  route = routeOf(location.hash);
  const vault = route?.vault ?? "";
  if (vault !== listeningTo) {
    connection?.close();
    room = undefined;
    listeningTo = vault;
    connection = connect(vault, take);
  }
  view?.close();
  view = undefined;
  show();
  scrollTo(0, 0);
}

function take(next: Room): void {
  room = next;
  const [only, ...others] = room.message.vaults;
  // With one vault there is nothing to choose.
  if (route === undefined && only !== undefined && others.length === 0) location.replace(hashOf(only.key, "overview"));
  else show();
}

function show(): void {
  shell.show(room, route);
  tellAge();
  const obstacle = whyNothing();
  if (obstacle !== undefined) {
    view?.close();
    view = undefined;
    content.replaceChildren(el("p", { class: "empty card" }, obstacle));
    return;
  }
  if (room === undefined) return;
  if (view === undefined) {
    view = route === undefined ? vaultsView() : CREATE[route.view](route.vault);
    content.replaceChildren(view.root);
  }
  view.update(room);
  content.dataset.block = String(room.vault?.view?.block.number ?? "");
}

/** What stands in place of a view that has nothing to show. */
function whyNothing(): string | undefined {
  if (room === undefined) return "Connecting to the keeper …";
  if (route === undefined || room.vault?.view !== undefined) return undefined;
  return room.vault === undefined
    ? "This keeper watches no such vault: Keel, above, leads to those it does."
    : (room.vault.problem ?? "The keeper has not seen a block yet.");
}

function tellAge(): void {
  shell.tellAge(room, connection?.isLive() ?? false);
}

document.querySelector("#skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  content.focus();
});
addEventListener("hashchange", go);
setInterval(tellAge, 1_000);
go();
