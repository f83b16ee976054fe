import { medianOf, ratioOf, ratioText, serverAndDatabase, totalErrors, type FigureOf } from './summary.js';
import { digits, table, type Cell } from './table.js';
import { baselines, type Baseline } from '../servers/baselines.js';
import type { Figures, Latency } from '../measure/figures.js';
import type { Measured } from '../scenarios.js';
import type { ScenarioResult } from '../run.js';

interface Column {
  readonly head: string;
  readonly cell: (result: ScenarioResult) => Cell;
}

const ofServer = (head: string, figure: FigureOf): Column => ({
  head,
  cell: ({ server }) => medianOf(server, figure),
});
const ofBaseline = (baseline: Baseline, figure: FigureOf, head: string = baseline): Column => ({
  head,
  cell: (result) => medianOf(result.baselines[baseline], figure),
});
const ratio = (baseline: Baseline, figure: FigureOf, head = `to ${baseline}`): Column => ({
  head,
  cell: (result) => ratioText(ratioOf(result, baseline, figure)),
});
/** Each baseline's figure, and the ratio of the server's to it. */
const compared = (figure: FigureOf): Column[] =>
  baselines.flatMap((baseline) => [ofBaseline(baseline, figure), ratio(baseline, figure)]);

/** Three quantiles, each the median of the rounds. */
const quantiles = (head: string, pick: (figures: Figures) => Latency | undefined): Column => ({
  head,
  cell: ({ server }) => {
    const parts = (['p50', 'p95', 'p99'] as const).map((part) => medianOf(server, (figures) => pick(figures)?.[part]));
    return parts.every((part) => part === undefined)
      ? undefined
      : parts.map((part) => (part === undefined ? '-' : digits(part))).join('/');
  },
});

const cpuOf = (part: 'cpu' | 'idle'): Column[] => [
  ofServer('server', (figures) => figures[part]?.server),
  ofServer('user', (figures) => figures[part]?.user),
  ofServer('system', (figures) => figures[part]?.system),
  ofServer('postgres', (figures) => figures[part]?.postgres),
  ofServer('redis', (figures) => figures[part]?.redis),
  ...compared(serverAndDatabase(part)),
];
const errors: readonly Column[] = (['lost', 'extra', 'closed'] as const).map((kind) => ({
  head: kind,
  cell: ({ server }) => totalErrors(server, kind),
}));

interface Section {
  readonly measures: Measured;
  readonly title: string;
  readonly columns: readonly Column[];
}

const sections: readonly Section[] = [
  {
    measures: 'deliveries',
    title: 'Deliveries: CPU in µs per delivery; ratio = (server + postgres) / baseline; latency in ms',
    columns: [
      ofServer('deliveries', ({ deliveries }) => deliveries),
      ...cpuOf('cpu'),
      quantiles('p50/p95/p99', ({ latency }) => latency),
      ...baselines.map((baseline) => ofBaseline(baseline, ({ latency }) => latency?.p99, `${baseline} p99`)),
      ...errors,
    ],
  },
  {
    measures: 'connections',
    title: 'Connecting: CPU in µs per connection; latency in ms, of the answer, of deliveries before and meanwhile',
    columns: [
      ...cpuOf('cpu'),
      quantiles('answer p50/p95/p99', ({ connecting }) => connecting),
      quantiles('before p50/p95/p99', ({ latencyBefore }) => latencyBefore),
      quantiles('meanwhile', ({ latency }) => latency),
      ...errors,
    ],
  },
  {
    measures: 'idle',
    title: 'Idle connections: CPU of all together, in per cent of a core',
    columns: cpuOf('idle'),
  },
  {
    measures: 'idle',
    title: 'Idle connections: memory, KB each',
    columns: [
      ofServer('resident', ({ residentKb }) => residentKb),
      ...compared(({ residentKb }) => residentKb),
      ofServer('heap', ({ heapKb }) => heapKb),
      ...compared(({ heapKb }) => heapKb),
    ],
  },
  {
    measures: 'scrape',
    title: 'A scrape of /metrics: CPU in µs; block of the event loop and time to the answer in ms',
    columns: [
      ofServer('server', (figures) => figures.cpu?.server),
      ofServer('block', ({ blockMs }) => blockMs),
      ofServer('answer', ({ answerMs }) => answerMs),
    ],
  },
  {
    measures: 'throughput',
    title: 'Most deliveries per second that last with p99 under 250 ms; cores and µs are the server process alone',
    columns: [
      ofServer('per second', ({ perSecond }) => perSecond),
      ...compared(({ perSecond }) => perSecond),
      ofServer('cores', ({ cores }) => cores),
      ...baselines.map((baseline) => ofBaseline(baseline, ({ cores }) => cores)),
      ofServer('µs', (figures) => figures.cpu?.server),
      quantiles('p50/p95/p99', ({ latency }) => latency),
    ],
  },
];

/** The tables for the terminal. A table without rows and a column without figures are left out. */
export function report(results: readonly ScenarioResult[]): string {
  const tables = sections.flatMap(({ measures, title, columns }) => {
    const rows = results.filter((result) => result.measures === measures);
    const filled = columns.filter(({ cell }) => rows.some((result) => (cell(result) ?? '-') !== '-'));
    const cells = rows.map((result) => [result.scenario, result.transport, ...filled.map(({ cell }) => cell(result))]);
    const head = ['scenario', 'via', ...filled.map((column) => column.head)];
    return rows.length === 0 ? [] : [`${title}\n\n${table(head, cells)}`];
  });
  return [...tables, ...results.flatMap(({ profiles }) => profiles), ...warnings(results)].join('\n\n');
}

/** What the tables do not show: failures, lost events of a baseline, and what was received without having been published. */
function warnings(results: readonly ScenarioResult[]): string[] {
  return results.flatMap(({ scenario, transport, failure, server, baselines: compared }) => {
    const rounds = [...server, ...Object.values(compared).flat()];
    const unexpected = rounds.flatMap(({ errors: found }) => found?.unexpected ?? []);
    const lost = baselines.flatMap((baseline) => {
      const count = totalErrors(compared[baseline], 'lost') ?? 0;
      return count === 0
        ? []
        : [`${scenario} ${transport}: the ${baseline} server lost ${count}; its figures are void`];
    });
    return [
      ...lost,
      ...(failure === undefined ? [] : [`${scenario} ${transport} failed: ${failure}`]),
      ...(unexpected.length === 0
        ? []
        : [`${scenario} ${transport} received unexpected data: ${unexpected.slice(0, 3).join(' | ')}`]),
    ];
  });
}
