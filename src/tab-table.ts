/**
 * Rows of cells as aligned text, the way Go's `text/tabwriter` lays them out with spaces: a column is a run of
 * neighbouring rows that have the cell, its width is that of its widest cell plus `padding`, and the last cell of a
 * row belongs to no column. Cells may hold tabs and line ends, which then cut cells and rows further, as there. Widths
 * are counted in code points.
 */
export function tabTable(rows: readonly (readonly string[])[], padding: number): string {
  if (rows.length === 0) return "";
  const lines = rows
    .map((cells) => cells.join("\t"))
    .join("\n")
    .split(/[\n\f]/)
    .map((line) => line.split(/[\t\v]/));
  const widths = columnWidths(lines, padding);
  return lines.map((cells, row) => `${padded(cells, widths[row] ?? [])}\n`).join("");
}

/** The width of each cell but the last of each line: those of one column are equal. */
function columnWidths(lines: readonly (readonly string[])[], padding: number): readonly (readonly number[])[] {
  const widths: number[][] = lines.map(() => []);
  // Only the lines that reach a column are looked at, so that the work is that of the number of cells.
  let reaching = [...lines.keys()];
  for (let column = 0; reaching.length > 0; column++) {
    reaching = reaching.filter((row) => (lines[row] ?? []).length > column + 1);
    let start = 0;
    while (start < reaching.length) {
      const first = reaching[start] ?? 0;
      let end = start;
      let width = 0;
      for (; reaching[end] === first + (end - start); end++) {
        width = Math.max(width, lengthOf(lines[first + (end - start)]?.[column] ?? "") + padding);
      }
      for (let index = start; index < end; index++) widths[first + (index - start)]?.push(width);
      start = end;
    }
  }
  return widths;
}

function padded(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, index) => cell + " ".repeat(Math.max(0, (widths[index] ?? 0) - lengthOf(cell)))).join("");
}

function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}
