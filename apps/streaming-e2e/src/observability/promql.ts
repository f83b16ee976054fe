import { parser } from '@prometheus-io/lezer-promql';

/** What a PromQL expression names. */
export interface Expression {
  /** Metrics, each once. */
  readonly metrics: readonly string[];
  /** Whether the grammar accepts all of it. */
  readonly isValid: boolean;
}

/** Grafana's variables, each with a value that it may have. */
const variables: readonly (readonly [RegExp, string])[] = [
  [/\$__rate_interval/g, '1m'],
  [/\$\w+/g, 'value'],
];

/** Reads an expression of Prometheus, or of a dashboard: Grafana's variables are filled in. */
export function readExpression(written: string): Expression {
  const text = variables.reduce((filled, [pattern, value]) => filled.replace(pattern, value), written);
  const metrics = new Set<string>();
  let isValid = true;
  parser.parse(text).iterate({
    enter({ type, from, to }) {
      if (type.isError) {
        isValid = false;
      } else if (type.name === 'VectorSelector') {
        metrics.add(/^[\w:]+/.exec(text.slice(from, to))?.[0] ?? '');
      }
    },
  });
  return { metrics: [...metrics], isValid };
}
