import { authors, remoteDomain, remoteDomains } from './authors.js';
import { languages } from '../events/phrases.js';
import { Random } from '../events/random.js';
import type { StatusTraits } from '../events/status.js';

/** A viewer's filter. It makes a server search texts; it marks a status and never hides it. */
export interface Filter {
  readonly title: string;
  readonly keywords: readonly string[];
  readonly wholeWord: boolean;
}

/** A viewer's blocks, mutes and choices, and the authors that block the viewer. Authors are given by their index. */
export interface Relations {
  readonly blocks: ReadonlySet<number>;
  readonly mutes: ReadonlySet<number>;
  /** Mutes that have expired and must not hide anything. */
  readonly expiredMutes: ReadonlySet<number>;
  readonly blockedBy: ReadonlySet<number>;
  readonly domainBlocks: ReadonlySet<string>;
  /** Empty: all languages. */
  readonly languages: readonly string[];
  readonly filters: readonly Filter[];
}

const seed = 0x5eed;
const keywords = [
  'tram',
  'ferry',
  'Katze',
  'кот',
  'recipe',
  'gato',
  '天文台',
  'θάλασσα',
  'starter',
  'football',
  'spoiler',
];

/**
 * The relations of the viewer with this index, the same in each run. A viewer blocks 2 % of the authors and mutes 2 %,
 * 1 % of the authors block them; 10 % of the viewers block domains, 15 % have chosen languages, 30 % have filters.
 */
export function relationsOf(index: number): Relations {
  const random = new Random(seed + index);
  const some = (part: number): Set<number> =>
    new Set(authors.map((_, author) => author).filter(() => random.chance(part)));
  const blocks = some(0.02);
  const mutes = some(0.02);
  const expiredMutes = new Set([...some(0.005)].filter((author) => !mutes.has(author)));
  const blockedBy = some(0.01);
  const domains = random.chance(0.1) ? 1 + random.below(3) : 0;
  const domainBlocks = new Set(Array.from({ length: domains }, () => remoteDomain(random.below(remoteDomains))));
  const chosen = random.chance(0.15) ? languages.filter(() => random.chance(0.5)) : [];
  const filters = Array.from({ length: random.chance(0.3) ? 1 + random.below(3) : 0 }, (_, filter) => ({
    title: `Filter ${filter}`,
    keywords: Array.from({ length: 1 + random.below(4) }, () => random.pick(keywords)),
    wholeWord: random.chance(0.5),
  }));
  return { blocks, mutes, expiredMutes, blockedBy, domainBlocks, languages: chosen, filters };
}

/** Whether a viewer with these relations receives a public status. */
export function receives(relations: Relations, { author, mentions, language }: StatusTraits): boolean {
  const hidden = [author, ...mentions].some(({ index }) => relations.blocks.has(index) || relations.mutes.has(index));
  const blocked = relations.blockedBy.has(author.index);
  const domainBlocked = author.domain !== null && relations.domainBlocks.has(author.domain);
  const spoken = relations.languages.length === 0 || relations.languages.includes(language);
  return !hidden && !blocked && !domainBlocked && spoken;
}
