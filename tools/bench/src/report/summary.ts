import { spreadOf, type Spread } from '../figures/statistics.js';
import { digits } from './table.js';
import type { Figures } from '../measure/figures.js';
import type { ScenarioResult } from '../run.js';
import type { Baseline } from '../servers/baselines.js';

/** Reads one number of one round's figures. */
export type FigureOf = (figures: Figures) => number | undefined;

/** The server's CPU time and PostgreSQL's. */
export const serverAndDatabase =
  (part: 'cpu' | 'idle'): FigureOf =>
  (figures) => {
    const times = figures[part];
    return times?.server === undefined ? undefined : times.server + (times.postgres ?? 0);
  };

/** The median of the rounds. */
export function medianOf(rounds: readonly Figures[], pick: FigureOf): number | undefined {
  return spreadOf(rounds.map(pick))?.median;
}

/** The server's figure divided by the baseline's of the same round: what slows the machine for a while slows both. */
export function ratioOf({ server, baselines }: ScenarioResult, name: Baseline, figure: FigureOf): Spread | undefined {
  const baseline = baselines[name];
  return spreadOf(
    server.map((figures, round) => {
      const above = figure(figures);
      const below = baseline[round] && figure(baseline[round]);
      return above === undefined || below === undefined || below <= 0 ? undefined : above / below;
    }),
  );
}

/** `1.21 (1.18-1.25)`; one round has no spread. */
export function ratioText(spread: Spread | undefined): string {
  if (!spread) {
    return '-';
  }
  const { median, min, max } = spread;
  return min === max ? digits(median) : `${digits(median)} (${digits(min)}-${digits(max)})`;
}

/** The errors of one kind in all rounds; `undefined` when none was counted. */
export function totalErrors(rounds: readonly Figures[], kind: 'lost' | 'extra' | 'closed'): number | undefined {
  const counted = rounds.flatMap(({ errors }) => (errors ? [errors[kind]] : []));
  return counted.length === 0 ? undefined : counted.reduce((sum, count) => sum + count, 0);
}
