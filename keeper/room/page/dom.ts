type Child = Node | string;

/** An element with its attributes and children; text is never read as markup. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Changes a text only where it differs, so that selections and screen readers are left alone. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function setClass(element: Element, name: string): void {
  if (element.className !== name) element.className = name;
}

export type Column = {
  readonly name: string;
  readonly kind?: "number" | "hash" | "prose" | "tag";
};

/** A cell's text, or with a class of its own. */
export type Cell = string | { readonly text: string; readonly tone: string };

export type Table = { readonly root: HTMLElement; fill(rows: readonly (readonly Cell[])[]): void };

/**
 * A table whose cells are changed in place. On a narrow screen each row becomes a card of named lines.
 * @param empty  what stands there without rows
 */
export function createTable(caption: string, columns: readonly Column[], empty: string): Table {
  // The roles are said aloud because a table laid out as cards is no longer taken for one.
  const head = el("tr", { role: "row" }, ...columns.map(({ name, kind = "" }) => header(name, kind)));
  const body = el("tbody", { role: "rowgroup" });
  const table = el(
    "table",
    { role: "table" },
    el("caption", { class: "unseen" }, caption),
    el("thead", { role: "rowgroup" }, head),
    body,
  );
  const nothing = el("p", { class: "empty" }, empty);
  const root = el("div", { class: "table" }, table, nothing);

  return {
    root,
    fill(rows) {
      table.hidden = rows.length === 0;
      nothing.hidden = rows.length > 0;
      while (body.rows.length > rows.length) body.deleteRow(-1);
      for (const [index, row] of rows.entries()) {
        const line = body.rows[index] ?? body.appendChild(newRow(columns));
        for (const [at, cell] of row.entries()) {
          const td = line.cells[at];
          const inner = td?.firstElementChild;
          if (td === undefined || !inner) continue;
          setText(inner, typeof cell === "string" ? cell : cell.text);
          setClass(inner, typeof cell === "string" ? "" : cell.tone);
        }
      }
    },
  };
}

function header(name: string, kind: string): HTMLElement {
  return el("th", { scope: "col", role: "columnheader", class: kind }, name);
}

function newRow(columns: readonly Column[]): HTMLTableRowElement {
  const cells = columns.map(({ name, kind = "" }) =>
    el("td", { role: "cell", class: kind, "data-label": name }, el(kind === "hash" ? "code" : "span")),
  );
  return el("tr", { role: "row" }, ...cells);
}

/** A section with its heading and a line on how to read it. */
export function section(heading: string, note: string, ...children: readonly Child[]): HTMLElement {
  const lead = note === "" ? [] : [el("p", { class: "note" }, note)];
  return el("section", {}, el("h2", {}, heading), ...lead, ...children);
}
