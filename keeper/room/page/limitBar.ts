import { el, setClass, setText } from "./dom.ts";

export type LimitBar = {
  readonly root: HTMLElement;
  /**
   * @param range  what the whole track stands for
   * @param band   what part of it is calm
   */
  set(value: number, range: readonly [number, number], band: readonly [number, number], text: string, limit: string): void;
};

/** A figure as a mark on a track: where it stands between its bounds. */
export function createLimitBar(label: string): LimitBar {
  const band = el("span", { class: "band" });
  const zero = el("span", { class: "zero" });
  const mark = el("span", { class: "mark" });
  const value = el("span", { class: "value" });
  const bound = el("span", { class: "bound" });
  const track = el("span", { class: "track", "aria-hidden": "true" }, band, zero, mark);
  const root = el("li", { class: "limit" }, el("span", { class: "name" }, label), value, bound, track);
  return {
    root,
    set(figure, range, calm, text, limit) {
      const at = (x: number) => Math.min(100, Math.max(0, (100 * (x - range[0])) / (range[1] - range[0] || 1)));
      band.style.left = `${at(calm[0])}%`;
      band.style.width = `${at(calm[1]) - at(calm[0])}%`;
      zero.style.left = `${at(0)}%`;
      mark.style.left = `${at(figure)}%`;
      const isOut = figure < calm[0] || figure > calm[1];
      setClass(root, isOut ? "limit out" : "limit");
      setText(value, text);
      setText(bound, limit);
    },
  };
}
