import { spreadOf, type Spread } from '../figures/statistics.js';
import { digits } from './table.js';
import type { Figures } from '../measure/figures.js';
import type { ScenarioResult } from '../run.js';

/** Takes one number out of one round's figures. */
export type Pick = (figures: Figures) => number | undefined;

/** What a server makes the machine do: its own CPU time and PostgreSQL's, if it asks it. */
export const serverAndDatabase: Pick = ({ cpu }) =>
  cpu?.server === undefined ? undefined : cpu.server + (cpu.postgres ?? 0);

/** The middle of the rounds. */
export function medianOf(rounds: readonly Figures[], pick: Pick): number | undefined {
  return spreadOf(rounds.map(pick))?.median;
}

/** Server to bare server, each round with its own pair: what slows the machine down for a while slows both. */
export function ratioOf({ server, bare }: ScenarioResult, pick: Pick, pickBare: Pick = pick): Spread | undefined {
  return spreadOf(
    server.map((figures, round) => {
      const above = pick(figures);
      const below = bare[round] && pickBare(bare[round]);
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

/** All that went wrong in all rounds, of one kind. */
export function totalErrors(rounds: readonly Figures[], kind: 'lost' | 'extra' | 'closed'): number | undefined {
  const counted = rounds.flatMap(({ errors }) => (errors ? [errors[kind]] : []));
  return counted.length === 0 ? undefined : counted.reduce((sum, count) => sum + count, 0);
}
