import { readFile } from "node:fs/promises";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { HOUSE_STYLE } from "../report/houseStyle.ts";

export type PageFile = { readonly type: string; readonly content: string };

const uplot = (file: string) => createRequire(import.meta.url).resolve(`uplot/dist/${file}`);
const keeper = (path: string) => new URL(`../${path}`, import.meta.url);

const CODE = [
  "report/numberText.ts",
  ...["main", "bookView", "chart", "connect", "dom", "errorChart", "figures", "healthView", "hedgesView", "limitBar"].map(
    pagePath,
  ),
  ...["overviewView", "pnlView", "route", "shell", "surfaceView", "vaultsView"].map(pagePath),
];

/** Every file the page may ask for; a path is the source's own below keeper/, so that its imports mean the same there as here. */
const FILES: ReadonlyMap<string, () => Promise<PageFile>> = new Map([
  ["room/page/index.html", text("text/html; charset=utf-8", keeper("room/page/index.html"))],
  ["room/page/room.css", text("text/css; charset=utf-8", keeper("room/page/room.css"), HOUSE_STYLE)],
  ["room/page/icon.svg", text("image/svg+xml", keeper("room/page/icon.svg"))],
  ["uplot.js", text("text/javascript; charset=utf-8", uplot("uPlot.iife.min.js"))],
  ["uplot.css", text("text/css; charset=utf-8", uplot("uPlot.min.css"))],
  ...CODE.map((path) => [path, script(keeper(path))] as const),
]);

const read = new Map<string, Promise<PageFile>>();

/** A file of the page, read once; undefined when there is none of that name. */
export function readPageFile(path: string): Promise<PageFile> | undefined {
  const known = read.get(path);
  if (known !== undefined) return known;
  const file = FILES.get(path)?.();
  if (file !== undefined) read.set(path, file);
  return file;
}

function pagePath(name: string): string {
  return `room/page/${name}.ts`;
}

function text(type: string, file: URL | string, before = ""): () => Promise<PageFile> {
  return async () => ({ type, content: before + (await readFile(file, "utf8")) });
}

/** The browser gets the source without its types. */
function script(file: URL): () => Promise<PageFile> {
  return async () => ({
    type: "text/javascript; charset=utf-8",
    content: stripTypeScriptTypes(await readFile(file, "utf8")),
  });
}
