import { InvalidInputError } from "../../errors.ts";

/** How moves are made of levels; "level" takes the columns as they stand, levels or moves that somebody made before. */
export const MOVE_KINDS = ["log", "simple", "difference", "level"] as const;

export type MoveKind = (typeof MOVE_KINDS)[number];

/** Spot and future levels in order of time. */
export type Levels = {
  readonly spot: Float64Array;
  readonly future: Float64Array;
  /** True where level t does not continue level t − 1: another contract, or rows missing between. */
  readonly isBreak: readonly boolean[];
};

export type HedgeSample = {
  readonly kind: MoveKind;
  readonly spot: Float64Array;
  readonly future: Float64Array;
  /** The level at which a move ends. */
  readonly ends: readonly number[];
  readonly levels: Levels;
};

/**
 * Moves within one contract: none is ever taken across a roll, where the price jumps though nobody earned the jump. Where a file has the day of a roll
 * twice, in the old contract and in the new one, no move is lost.
 * @throws InvalidInputError when lengths differ or a log or simple return meets a level that is not positive
 */
export function hedgeSample(levels: Levels, kind: MoveKind): HedgeSample {
  const { spot, future, isBreak } = levels;
  if (future.length !== spot.length || isBreak.length !== spot.length) {
    throw new InvalidInputError(
      `Spot, future and breaks must be of one length; got ${spot.length}, ${future.length} and ${isBreak.length}`,
    );
  }
  if (kind === "log" || kind === "simple") {
    const bad = spot.findIndex((level, t) => !(level > 0 && (future[t] as number) > 0));
    if (bad >= 0)
      throw new InvalidInputError(`Level ${bad + 1} is not positive: use --returns difference or level`, { level: bad });
  }
  if (kind === "level") return { kind, spot, future, ends: Array.from(spot.keys()), levels };
  const ends = Array.from(spot.keys()).filter((t) => t > 0 && !isBreak[t]);
  const moves = (side: Float64Array) => Float64Array.from(ends, (t) => move(side[t - 1] as number, side[t] as number, kind));
  return { kind, spot: moves(spot), future: moves(future), ends, levels };
}

/** The first `count` moves and the levels they came from. */
export function firstMoves({ kind, spot, future, ends, levels }: HedgeSample, count: number): HedgeSample {
  const last = (ends[count - 1] ?? -1) + 1;
  return {
    kind,
    spot: spot.slice(0, count),
    future: future.slice(0, count),
    ends: ends.slice(0, count),
    levels: { spot: levels.spot.slice(0, last), future: levels.future.slice(0, last), isBreak: levels.isBreak.slice(0, last) },
  };
}

/**
 * Breaks of a column that names the contract of every row: true at the first row of another one.
 */
export function breaksOfContracts(contracts: readonly string[]): boolean[] {
  return contracts.map((contract, t) => t > 0 && contract !== contracts[t - 1]);
}

/**
 * Breaks of a list of roll times: true at the first row at or after each, where the new contract's prices begin.
 * @param times  of the rows, ascending
 * @throws InvalidInputError when a roll lies outside the rows, which then would silently do nothing
 */
export function breaksOfRolls(times: readonly number[], rolls: readonly number[]): boolean[] {
  const breaks = times.map(() => false);
  for (const roll of rolls) {
    const row = times.findIndex((time) => time >= roll);
    if (row <= 0) throw new InvalidInputError("A roll date lies outside the rows of the file; check the dates", { roll });
    breaks[row] = true;
  }
  return breaks;
}

function move(from: number, to: number, kind: MoveKind): number {
  return kind === "log" ? Math.log(to / from) : kind === "simple" ? to / from - 1 : to - from;
}
