import type { StreamEvent } from '@fedistream/domain';
import { closingBraces } from '../status/json-text.js';
import type { FilterResult } from './filter-result.js';
import { filteredMember, type FilterSubject } from './filter-subject.js';

const noResults: readonly FilterResult[] = [];

/**
 * The copies of one event that carry filter results. Viewers with equal results share one copy, so that its bytes are made
 * once; a copy holds the results of the viewers it is made for and of no other.
 */
export class FilteredCopies {
  readonly #copies = new Map<string, StreamEvent>();
  /** Where the results of each subject are put into the text; found when a copy is first made. */
  #offsets: readonly (readonly number[])[] | undefined;

  constructor(
    private readonly event: StreamEvent,
    private readonly subjects: readonly FilterSubject[],
  ) {}

  /** The copy for viewers none of whose filters match: every status carries `[]`. */
  get unmatched(): StreamEvent {
    return this.with([]);
  }

  /**
   * The copy for viewers with these results.
   *
   * @param results by subject; `undefined` or left out for subjects that no filter matches
   */
  with(results: readonly (readonly FilterResult[] | undefined)[]): StreamEvent {
    const texts = this.subjects.map((_, index) => JSON.stringify(results[index] ?? noResults));
    const key = texts.join('\n');
    const copy = this.#copies.get(key) ?? this.#make(texts);
    this.#copies.set(key, copy);
    return copy;
  }

  #make(texts: readonly string[]): StreamEvent {
    const paths = this.subjects.flatMap((subject) => subject.paths);
    if (paths.length === 1 && paths[0]?.length === 0) {
      return this.event.withMember(filteredMember, texts[0] ?? '[]');
    }
    this.#offsets ??= this.subjects.map((subject) => closingBraces(this.event.text ?? '', subject.paths));
    const insertions = this.#offsets.flatMap((offsets, index) =>
      offsets
        .filter((offset) => offset >= 0)
        .map((offset) => ({ offset, text: `,"${filteredMember}":${texts[index] ?? '[]'}` })),
    );
    return this.event.withInsertions(insertions.sort((one, other) => one.offset - other.offset));
  }
}
