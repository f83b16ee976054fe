import { relations, type RelationKind, type Subjects } from './relation.js';

/** Beyond this everything is forgotten, which costs one more statement for each account that is asked about again. */
const maxRemembered = 50_000;

/** The accounts whose blockers are read, and those for which each viewer is looked up. */
export interface Division {
  readonly scan: Subjects;
  readonly probe: Subjects;
}

/**
 * Accounts with at least `limit` blockers (muters, blocked accounts): probe per viewer instead of reading them all. Both ways
 * give the same answer; an account that has few blockers by now is looked up the slower way.
 */
export class LargeBlocklists {
  readonly #atLeast = new Map<string, number>();

  /** Divides the accounts asked about: `probe` are those known to have `limit` blockers or more. */
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

  /** This account has at least `count` blockers. */
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
