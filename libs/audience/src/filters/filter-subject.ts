import type { JsonObject } from '../status/json.js';
import { readId } from '../status/read-id.js';
import type { Status } from '../status/status.js';
import { searchableText } from './searchable-text.js';

/** The member of a Status with the results of the viewer's filters (Mastodon's API). */
export const filteredMember = 'filtered';

/** A status that filters are applied to, and where its results belong within the payload. */
export interface FilterSubject {
  /** The text to search. Called only when some viewer has a keyword. */
  text(): string;
  /** The ids of the status and the one it boosts; none for a status without a usable id. */
  readonly statusIds: readonly string[];
  /** The statuses that carry the results: the status and the one it boosts. `[]` is the payload itself. */
  readonly paths: readonly (readonly string[])[];
}

/**
 * The statuses within a payload that REST applies filters to. A boost and the status it boosts have the same results, from
 * the text of the boosted one; a quoted status has results of its own. Statuses that have the member already keep it.
 */
export function filterSubjectsOf({ entity, nested }: Status): readonly FilterSubject[] {
  const chains = new Map<string, { entities: JsonObject[]; paths: (readonly string[])[] }>();
  for (const { entity: status, path } of [{ entity, path: [] }, ...nested]) {
    const boosting = path.at(-1) === 'reblog' ? chains.get(keyOf(path.slice(0, -1))) : undefined;
    const chain = boosting ?? { entities: [], paths: [] };
    chain.entities.push(status);
    if (!Object.hasOwn(status, filteredMember)) {
      chain.paths.push(path);
    }
    chains.set(keyOf(path), chain);
  }
  return Array.from(new Set(chains.values()), ({ entities: [boosting = entity, boosted], paths }) => {
    let text: string | undefined;
    return {
      text: () => (text ??= searchableText(boosted ?? boosting)),
      statusIds: [boosting, ...(boosted ? [boosted] : [])].map(({ id }) => readId(id)).filter((id) => id !== undefined),
      paths,
    };
  });
}

function keyOf(path: readonly string[]): string {
  return path.join('.');
}
