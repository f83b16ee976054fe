/** The values of one metric, one for each combination of labels. */
export type MetricValues = Iterable<readonly [labels: Readonly<Record<string, string>>, value: number]>;

/** One metric. Its values are counted elsewhere, in plain numbers, and read at each scrape. */
export interface Metric {
  readonly kind: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Reads the values. It MUST take constant time, however many clients are connected. */
  readonly read: () => MetricValues;
}

/** A gauge without labels. */
export function gauge(name: string, help: string, read: () => number): Metric {
  return { kind: 'gauge', name, help, labels: [], read: single(read) };
}

/** A counter without labels. */
export function counter(name: string, help: string, read: () => number): Metric {
  return { kind: 'counter', name, help, labels: [], read: single(read) };
}

/** A counter with one value for each member of an object, which is read at each scrape. */
export function counterBy(name: string, help: string, label: string, read: () => object): Metric {
  return {
    kind: 'counter',
    name,
    help,
    labels: [label],
    read: () => Object.entries(read()).map(([member, value]) => [{ [label]: member }, Number(value)]),
  };
}

function single(read: () => number): () => MetricValues {
  return () => [[{}, read()]];
}
