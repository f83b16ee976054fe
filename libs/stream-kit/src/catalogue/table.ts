import type { CatalogueEntry } from './catalogue.js';

const columns: readonly (readonly [title: string, cell: (entry: CatalogueEntry) => string])[] = [
  ['Name', ({ name }) => name],
  ['Path', ({ path = '', flags }) => path + (flags.length > 0 ? `?${flags.join('&')}` : '')],
  ['Scopes', ({ scopes }) => scopes.join(' or ')],
  ['Audience', ({ audience, closedBy }) => audience + (closedBy === undefined ? '' : `, closed by ${closedBy}`)],
  [
    'Parameters',
    ({ params }) =>
      Object.entries(params)
        .map(([name, { optional, max }]) => `${name}${max === undefined ? '' : `[≤${max}]`}${optional ? '?' : ''}`)
        .join(' '),
  ],
  ['Channels', ({ channels }) => channels.join(' ')],
  ['Events', ({ events, open }) => (open ? "Mastodon's" : Object.keys(events).join(' '))],
  ['Owner', ({ module }) => module.owner],
  ['Package', ({ module }) => `${module.package} ${module.version}`.trimEnd()],
];

/** The streams as a table of text, a line each. */
export function tableOf(entries: readonly CatalogueEntry[]): string {
  const rows = [columns.map(([title]) => title), ...entries.map((entry) => columns.map(([, cell]) => cell(entry)))];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
