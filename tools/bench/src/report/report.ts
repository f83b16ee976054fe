import { medianOf, ratioOf, ratioText, serverAndDatabase, totalErrors, type Pick } from './summary.js';
import { digits, table, type Cell } from './table.js';
import type { Figures, Latency } from '../measure/figures.js';
import type { Measured } from '../scenarios.js';
import type { ScenarioResult } from '../run.js';

interface Column {
  readonly head: string;
  readonly cell: (result: ScenarioResult) => Cell;
}

const ofServer = (head: string, pick: Pick): Column => ({ head, cell: ({ server }) => medianOf(server, pick) });
const ofBare = (head: string, pick: Pick): Column => ({ head, cell: ({ bare }) => medianOf(bare, pick) });
const ratio = (head: string, pick: Pick): Column => ({ head, cell: (result) => ratioText(ratioOf(result, pick)) });

/** Three quantiles, each the middle of the rounds. */
const quantiles = (head: string, pick: (figures: Figures) => Latency | undefined): Column => ({
  head,
  cell: ({ server }) => {
    const parts = (['p50', 'p95', 'p99'] as const).map((part) => medianOf(server, (figures) => pick(figures)?.[part]));
    return parts.map((part) => (part === undefined ? '-' : digits(part))).join('/');
  },
});

const cpu: readonly Column[] = [
  ofServer('server', (figures) => figures.cpu?.server),
  ofServer('postgres', (figures) => figures.cpu?.postgres),
  ofServer('redis', (figures) => figures.cpu?.redis),
  ofBare('bare', (figures) => figures.cpu?.server),
  ratio('ratio', serverAndDatabase),
];
const errors: readonly Column[] = (['lost', 'extra', 'closed'] as const).map((kind) => ({
  head: kind,
  cell: ({ server }) => totalErrors(server, kind),
}));
const barep99 = ofBare('bare p99', (figures) => figures.latency?.p99);

const sections: Readonly<Record<Measured, { readonly title: string; readonly columns: readonly Column[] }>> = {
  deliveries: {
    title: 'Deliveries: CPU in µs per delivery; ratio = (server + postgres) / bare; latency in ms',
    columns: [
      ofServer('deliveries', ({ deliveries }) => deliveries),
      ...cpu,
      quantiles('p50/p95/p99', ({ latency }) => latency),
      barep99,
      ...errors,
    ],
  },
  connections: {
    title: 'Connecting: CPU in µs per connection; latency in ms, of the answer, of deliveries before and meanwhile',
    columns: [
      ...cpu,
      quantiles('answer p50/p95/p99', ({ connecting }) => connecting),
      quantiles('before p50/p95/p99', ({ latencyBefore }) => latencyBefore),
      quantiles('meanwhile', ({ latency }) => latency),
      ...errors,
    ],
  },
  memory: {
    title: 'Idle connections: KB each',
    columns: [
      ofServer('resident', ({ residentKb }) => residentKb),
      ofBare('bare', ({ residentKb }) => residentKb),
      ratio('ratio', ({ residentKb }) => residentKb),
      ofServer('heap', ({ heapKb }) => heapKb),
      ofBare('bare', ({ heapKb }) => heapKb),
      ratio('ratio', ({ heapKb }) => heapKb),
    ],
  },
  throughput: {
    title: 'Most deliveries per second that last with p99 under 250 ms; cores and µs are the server process alone',
    columns: [
      ofServer('per second', ({ perSecond }) => perSecond),
      ofBare('bare', ({ perSecond }) => perSecond),
      ratio('ratio', ({ perSecond }) => perSecond),
      ofServer('cores', ({ cores }) => cores),
      ofBare('bare', ({ cores }) => cores),
      ofServer('µs', (figures) => figures.cpu?.server),
      quantiles('p50/p95/p99', ({ latency }) => latency),
    ],
  },
};

/** The tables for the screen: one for each kind of figures that there are. */
export function report(results: readonly ScenarioResult[]): string {
  const parts = (Object.keys(sections) as Measured[]).flatMap((kind) => {
    const concerned = results.filter(({ measures }) => measures === kind);
    const { title, columns } = sections[kind];
    const rows = concerned.map((result) => [
      result.scenario,
      result.transport,
      ...columns.map(({ cell }) => cell(result)),
    ]);
    return rows.length === 0
      ? []
      : [`${title}\n\n${table(['scenario', 'via', ...columns.map(({ head }) => head)], rows)}`];
  });
  return [...parts, ...remarks(results)].join('\n\n');
}

/** What the tables do not show: what failed, and what was received that nobody published. */
function remarks(results: readonly ScenarioResult[]): string[] {
  return results.flatMap(({ scenario, transport, failure, server, bare }) => {
    const strangers = [...server, ...bare].flatMap(({ errors }) => errors?.strangers ?? []);
    const bareLost = totalErrors(bare, 'lost') ?? 0;
    return [
      ...(bareLost === 0
        ? []
        : [`${scenario} ${transport}: the bare server lost ${bareLost}, so its figures mean nothing`]),
      ...(failure === undefined ? [] : [`${scenario} ${transport} failed: ${failure}`]),
      ...(strangers.length === 0
        ? []
        : [`${scenario} ${transport} received unasked: ${strangers.slice(0, 3).join(' | ')}`]),
    ];
  });
}
