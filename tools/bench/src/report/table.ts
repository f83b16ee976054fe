/** A cell: a text; a number, aligned right and with about three significant digits; `-` when absent. */
export type Cell = string | number | undefined;

/** A table for a terminal, each column as wide as its widest cell. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [head, ...rows.map((row) => row.map(textOf))];
  const widths = head.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  const isText = head.map((_, column) => rows.every((row) => typeof row[column] === 'string'));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => (isText[column] ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return texts.map(line).join('\n');
}

/** A number with about three significant digits. */
export function digits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2);
}

function textOf(cell: Cell): string {
  if (typeof cell === 'string') {
    return cell;
  }
  return cell === undefined || Number.isNaN(cell) ? '-' : digits(cell);
}
