import type { Cell } from './fault-run.js';
import { sumOf } from './oracle.js';

const streams = ['user', 'list', 'public', 'hashtag'];

/** The table of docs/reliability.md: a row for each fault, and for each stream a count for each transport. */
export class ChaosReport {
  readonly #rows: string[] = [];

  /** Adds the cells of one fault. */
  add(fault: string, history: boolean, cells: readonly Cell[]): void {
    const { repeated, leaked, reordered, untold } = sumOf(cells);
    const lost = streams.map((stream) =>
      ['event stream', 'WebSocket']
        .map((transport) => cells.find((cell) => cell.stream === stream && cell.transport === transport)?.lost ?? 0)
        .join(' / '),
    );
    const published = Math.round(cells.reduce((sum, cell) => sum + cell.published, 0) / cells.length);
    const backMs = Math.max(...cells.map((cell) => cell.backMs));
    const told = history ? String(untold) : '';
    const columns = [fault, history ? 'on' : 'off', published, ...lost, told, leaked, repeated, reordered];
    this.#rows.push(`| ${[...columns, `${(backMs / 1_000).toFixed(1)} s`].join(' | ')} |`);
  }

  /** Prints the table as Markdown. */
  print(): void {
    const lost = streams.map((stream) => `Lost: ${stream}`);
    const head = ['Fault', 'History', 'Events', ...lost, 'Untold', 'Leaked', 'Repeated', 'Reordered', 'Back after'];
    const lines = [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...this.#rows];
    process.stdout.write(`\n${lines.join('\n')}\n\n`);
  }
}
