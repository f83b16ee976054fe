import { relations, type RelationKind, type Subjects } from './relation.js';

/** Beyond this all is forgotten, which costs one more statement for each that is asked about again. */
const rememberedAtMost = 50_000;

/** Whom to read the enemies of, and of whom to look each viewer up. */
export interface Division {
  readonly scan: Subjects;
  readonly probe: Subjects;
}

/**
 * Accounts that were found to have a great many enemies. It decides only by which of two ways the same is found out: one
 * that has few by now is looked up the longer way.
 */
export class LargeBlocklists {
  readonly #atLeast = new Map<string, number>();

  /** Divides those asked about: probe are those known to have `limit` enemies or more. */
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

  /** This account has `count` enemies at least. */
  add(kind: RelationKind, subject: string, count: number): void {
    if (this.#atLeast.size >= rememberedAtMost) {
      this.#atLeast.clear();
    }
    this.#atLeast.set(keyOf(kind, subject), count);
  }
}

/** Nobody, of each kind. */
export function noSubjects(): Record<RelationKind, string[]> {
  return { block: [], mute: [], author: [] };
}

function keyOf(kind: RelationKind, subject: string): string {
  return `${kind} ${subject}`;
}
