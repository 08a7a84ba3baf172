/** A row of a file of levels, before its order is known. */
export type UnorderedRow = {
  readonly line: number;
  /** Unix seconds; undefined where the row tells none. */
  readonly time: number | undefined;
  /** Undefined for a row that cannot be used: it stands for the hole it leaves. */
  readonly levels: { readonly spot: number; readonly future: number; readonly contract: string } | undefined;
};

export type OrderedRow = {
  readonly line: number;
  readonly time: number | undefined;
  readonly spot: number;
  readonly future: number;
  readonly contract: string;
  /** Rows are missing between the one before and this one. */
  readonly isAfterGap: boolean;
};

export type OrderedRows = {
  readonly rows: readonly OrderedRow[];
  /** The rows ran from the newest to the oldest and were turned. */
  readonly turned: boolean;
  /** The rows were in no order and were sorted by time. */
  readonly sorted: boolean;
  /** Lines left out because an earlier one says the same. */
  readonly repeats: readonly number[];
  /** Lines that tell other levels of a time and contract than the line before; they stay. */
  readonly conflicts: readonly number[];
};

/**
 * Brings rows into order of time and drops exact repeats, so that a move is what happened between two times. A time that comes again with
 * another contract is a roll and stays, the contract that began earlier first. Rows stand as they are where a usable one has no time.
 */
export function orderRows(given: readonly UnorderedRow[]): OrderedRows {
  const usable = given.filter(({ levels }) => levels !== undefined);
  const hasTimes = usable.every(({ time }) => time !== undefined);
  const turned = hasTimes && (usable[0]?.time ?? 0) > (usable.at(-1)?.time ?? 0);
  const facing = turned ? [...given].reverse() : given;
  const ordered = hasTimes ? byTime(facing) : facing;
  const rows: OrderedRow[] = [];
  const repeats: number[] = [];
  const conflicts: number[] = [];
  const seen = new Set<string>();
  let isAfterGap = false;
  for (const { line, time, levels } of ordered) {
    if (levels === undefined) {
      isAfterGap = true;
      continue;
    }
    const key = JSON.stringify([time, levels.spot, levels.future, levels.contract]);
    if (hasTimes && seen.has(key)) {
      repeats.push(line);
      continue;
    }
    seen.add(key);
    const last = rows.at(-1);
    if (hasTimes && last?.time === time && last?.contract === levels.contract) conflicts.push(line);
    rows.push({ line, time, ...levels, isAfterGap });
    isAfterGap = false;
  }
  const sorted = ordered.some((row, i) => row !== facing[i]);
  return { rows, turned: turned && !sorted, sorted, repeats, conflicts };
}

/** A row without a time, which cannot be used, stays behind the row it followed. */
function byTime(rows: readonly UnorderedRow[]): UnorderedRow[] {
  const begins = new Map<string, number>();
  for (const { time = Infinity, levels } of rows) {
    if (levels !== undefined) begins.set(levels.contract, Math.min(begins.get(levels.contract) ?? Infinity, time));
  }
  let before = Number.NEGATIVE_INFINITY;
  return rows
    .map((row) => {
      before = row.time ?? before;
      return { row, time: before, begin: begins.get(row.levels?.contract ?? "") ?? 0 };
    })
    .sort((a, b) => (a.time === b.time ? a.begin - b.begin : a.time - b.time))
    .map(({ row }) => row);
}
