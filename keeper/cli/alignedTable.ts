/** Rows of cells as lines of plain text, every column flush right under its heading but the first `left`. */
export function alignedTable(columns: readonly string[], rows: readonly (readonly string[])[], left = 0): string {
  const table = [columns, ...rows];
  const widths = columns.map((_, i) => Math.max(...table.map((row) => (row[i] as string).length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i < left ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join("  ");
  return table.map((row) => line(row).trimEnd()).join("\n");
}
