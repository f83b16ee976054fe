/** Says on stderr what goes on, so that stdout stays free for results. */
export function progress(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
