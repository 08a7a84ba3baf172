import { numberText, signedText } from "../../report/numberText.ts";
import { el, setClass, setText } from "./dom.ts";

/** A headline figure: what it is, how much, and what to make of it. */
export type Figure = { set(value: string, detail: string, tone?: string): void; readonly root: HTMLElement };

export function createFigure(label: string): Figure {
  const value = el("dd");
  const detail = el("dd", { class: "detail" });
  const root = el("div", { class: "figure" }, el("dt", {}, label), value, detail);
  return {
    root,
    set(text, note, tone = "") {
      setText(value, text);
      setText(detail, note);
      setClass(value, tone);
    },
  };
}

/** An address or hash that can still be recognised. */
export function shortHex(hex: string): string {
  return hex.length > 13 ? `${hex.slice(0, 6)}…${hex.slice(-4)}` : hex;
}

/** Units of an asset with as many digits as its size asks for, signed. */
export function unitsText(value: number): string {
  const magnitude = Math.abs(value);
  return signedText(value, magnitude >= 1000 ? 0 : magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : magnitude >= 0.1 ? 3 : 4);
}

/** A sentence of the keeper's with real minus signs; dates keep their hyphens. */
export function proseText(text: string): string {
  return text.replace(/(?<![\w.])-(?=\d)/g, "−");
}

/** Good news green, bad news red; what is nearly nothing is neither. */
export function toneOf(value: number, least: number): string {
  return value > least ? "up" : value < -least ? "down" : "";
}

/** "12.3k", "1.2M": for axes. */
export function axisText(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e6) return `${numberText(value / 1e6, magnitude % 1e6 === 0 ? 0 : 1)}M`;
  if (magnitude >= 1e4) return `${numberText(value / 1e3, magnitude % 1e3 === 0 ? 0 : 1)}k`;
  const digits = magnitude >= 100 || Number.isInteger(value) ? 0 : magnitude >= 1 ? 1 : magnitude >= 0.1 ? 2 : 3;
  return numberText(value, digits);
}
