/** The pages of one vault, in the order of the tabs. */
export const VIEWS = {
  overview: "Overview",
  hedges: "Hedges",
  pnl: "P&L",
  surface: "Surface",
  book: "Book",
  health: "Health",
} as const;

export type ViewName = keyof typeof VIEWS;

/** What the address asks for: the list of vaults, or one view of one of them. */
export type Route = { readonly vault: string; readonly view: ViewName } | undefined;

/** Reads "#/vault/KEY/VIEW"; the overview when the view is missing or unknown. */
export function routeOf(hash: string): Route {
  const [, place, vault, view] = hash.split("/");
  if (place !== "vault" || vault === undefined || vault === "") return undefined;
  return { vault: decodeURIComponent(vault), view: isView(view) ? view : "overview" };
}

export function hashOf(vault: string, view: ViewName): string {
  return `#/vault/${encodeURIComponent(vault)}/${view}`;
}

function isView(name: string | undefined): name is ViewName {
  return name !== undefined && Object.hasOwn(VIEWS, name);
}
