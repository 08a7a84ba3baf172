import { cursorTo, moveCursor } from "node:readline";
import type { WriteStream } from "node:tty";
import { numberText, percentText, signedText, sizeText, timeText } from "../report/numberText.ts";
import { verdictOf } from "../simulation/hedgeErrors.ts";
import type { DemoBlock } from "../simulation/runDemo.ts";

/** What progress is written to: a terminal, or any stream that takes plain lines. */
export type ProgressStream = NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "columns">>;

/** What has come together so far, quote. */
export type DemoTally = {
  readonly hedged: number;
  readonly unhedged: number;
  readonly gas: number;
  readonly hedges: number;
  readonly lastHedge: string;
};

const REPAINT_MS = 100;
const DAY = 86_400;

/**
 * Live progress of a demo, told every block: repainted in place on a terminal, one plain line a simulated day elsewhere.
 * @param clock milliseconds, decides only how often a terminal is repainted
 */
export function showProgress(
  stream: ProgressStream = process.stderr,
  clock: () => number = Date.now,
): (block: DemoBlock) => void {
  let tally: DemoTally = { hedged: 0, unhedged: 0, gas: 0, hedges: 0, lastHedge: "none yet" };
  let painted: { lines: number; at: number } | undefined;
  let day: number | undefined;

  function onBlock(block: DemoBlock): void {
    tally = add(tally, block);
    const isLast = block.index === block.of;
    if (stream.isTTY) {
      if (isLast || painted === undefined || clock() - painted.at >= REPAINT_MS) paint(block);
      return;
    }
    const today = Math.floor(block.snapshot.block.timestamp / DAY);
    if (isLast || (day !== undefined && today !== day)) stream.write(`${plainLine(block, tally)}\n`);
    day = today;
  }

  function paint(block: DemoBlock): void {
    if (painted !== undefined) {
      moveCursor(stream, 0, -painted.lines);
      cursorTo(stream, 0);
    }
    const lines = progressLines(block, tally, stream.columns ?? 80);
    stream.write(lines.map((line) => `${line}\x1b[K\n`).join(""));
    painted = { lines: lines.length, at: clock() };
  }

  return onBlock;
}

function add(tally: DemoTally, block: DemoBlock): DemoTally {
  const { account, snapshot, report } = block;
  const isHedge = verdictOf(block) === "hedge" || verdictOf(block) === "take";
  return {
    hedged: tally.hedged + account.pnl.total,
    unhedged: tally.unhedged + account.unhedged,
    gas: tally.gas - account.pnl.gas,
    hedges: tally.hedges + (isHedge ? 1 : 0),
    lastHedge: isHedge ? `${timeText(snapshot.block.timestamp)}  ${report.decision?.reason ?? ""}` : tally.lastHedge,
  };
}

/** The picture of one block, every line within `width` characters. */
export function progressLines(block: DemoBlock, tally: DemoTally, width: number): readonly string[] {
  const { index, of, snapshot, report } = block;
  const bar = gauge(index / of, 20);
  const lines = [
    `Block ${numberText(index)} of ${numberText(of)}  ${bar} ${percentText(index / of, 0)}   ${timeText(snapshot.block.timestamp)} UTC   equity ${numberText(snapshot.equity)} USDC`,
    "              spot   hedge error   no-trade region              delta per 1 %   vega per point",
    ...snapshot.underlyings.map(({ symbol, price }) => underlyingLine(block, symbol, price)),
    `P&L           hedged ${signedText(tally.hedged)}   unhedged ${signedText(tally.unhedged)} USDC`,
    `Hedges        ${numberText(tally.hedges)}, gas ${numberText(tally.gas)} USDC`,
    `Last hedge    ${tally.lastHedge}`,
    `Now           ${report.problem ?? report.decision?.reason ?? ""}`,
  ];
  return lines.map((line) => fit(line, width));
}

function underlyingLine({ report }: DemoBlock, symbol: string, price: number): string {
  const plan = report.decision?.plans.find(({ underlying }) => underlying === symbol);
  const greeks = report.decision?.greeks.get(symbol);
  const head = `${symbol.padEnd(7)}${numberText(price, 2).padStart(11)}`;
  if (plan === undefined || greeks === undefined) return `${head}   not decided`;
  const { lower, upper } = plan.region;
  const region = `${sizeText(lower)} ${position(plan.hedgeError, lower, upper)} ${sizeText(upper)}`;
  const gamma = signedText((greeks.gamma * price) / 100, 3);
  const vega = signedText(greeks.vega / 100);
  return `${head}   ${signedText(plan.hedgeError, 3).padStart(11)}   ${region.padEnd(29)}${gamma.padStart(13)}   ${vega.padStart(14)}`;
}

/** Where the error stands between the bounds: "├────●────┤", "◀" or "▶" beyond them. */
function position(value: number, lower: number, upper: number): string {
  const cells = 11;
  if (value < lower) return `◀${"─".repeat(cells)}┤`;
  if (value > upper) return `├${"─".repeat(cells)}▶`;
  const at = upper > lower ? Math.min(cells - 1, Math.floor(((value - lower) / (upper - lower)) * cells)) : 0;
  return `├${"─".repeat(at)}●${"─".repeat(cells - 1 - at)}┤`;
}

function gauge(fraction: number, cells: number): string {
  const done = Math.round(fraction * cells);
  return "█".repeat(done) + "░".repeat(cells - done);
}

/** One column is left free: a terminal wraps when its last one is written. */
function fit(line: string, width: number): string {
  const room = Math.max(10, width - 1);
  return line.length <= room ? line : `${line.slice(0, room - 1)}…`;
}

function plainLine({ index, of, snapshot, report }: DemoBlock, { hedged, unhedged, hedges, gas }: DemoTally): string {
  const spots = snapshot.underlyings.map(({ symbol, price }) => {
    const error = report.decision?.plans.find(({ underlying }) => underlying === symbol)?.hedgeError;
    return `${symbol} ${numberText(price)}${error === undefined ? "" : ` (error ${signedText(error, 3)})`}`;
  });
  const head = `block ${index}/${of}  ${timeText(snapshot.block.timestamp)}  ${spots.join("  ")}`;
  return `${head}  hedges ${hedges}  gas ${numberText(gas)}  P&L hedged ${signedText(hedged)}, unhedged ${signedText(unhedged)}`;
}
