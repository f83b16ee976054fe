/** Writes a line about the progress to stderr; stdout is for results. */
export function progress(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
