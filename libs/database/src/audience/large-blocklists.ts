import { relations, type RelationKind, type Subjects } from './relation.js';

/** Remembered accounts. Beyond it all are forgotten, which costs one statement more for each of them that occurs again. */
const maxRemembered = 50_000;

/** The accounts whose blockers are read (`scan`), and those for which each viewer is looked up (`probe`). */
export interface Division {
  readonly scan: Subjects;
  readonly probe: Subjects;
}

/**
 * Remembers accounts with many blockers (muters, blocked accounts), for which looking up each viewer is cheaper than reading
 * all blockers. Both ways give the same answer. An account whose blockers have become few costs more than needed.
 */
export class LargeBlocklists {
  readonly #atLeast = new Map<string, number>();

  /** Divides accounts: `probe` gets those known to have `limit` blockers or more, `scan` the others. */
  divide(subjects: Subjects, limit: number): Division {
    const scan = noSubjects();
    const probe = noSubjects();
    for (const { kind } of relations) {
      for (const subject of subjects[kind]) {
        const isProbed = (this.#atLeast.get(keyOf(kind, subject)) ?? 0) >= limit;
        (isProbed ? probe : scan)[kind].push(subject);
      }
    }
    return { scan, probe };
  }

  /** Remembers that an account has at least `count` blockers. */
  add(kind: RelationKind, subject: string, count: number): void {
    if (this.#atLeast.size >= maxRemembered) {
      this.#atLeast.clear();
    }
    this.#atLeast.set(keyOf(kind, subject), count);
  }
}

/** No accounts, of each kind. */
export function noSubjects(): Record<RelationKind, string[]> {
  return { block: [], mute: [], author: [] };
}

function keyOf(kind: RelationKind, subject: string): string {
  return `${kind} ${subject}`;
}
