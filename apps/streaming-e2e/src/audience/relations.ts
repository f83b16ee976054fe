import type { Account, Fixtures, Viewer } from '../support/index.js';
import { domainOf } from './people.js';
import type { Change, Event, Kind } from './random-troubles.js';

/** Who is apart from whom at one time. */
type State = ReadonlySet<string>;

/** Relations in the database that change one by one, and all the states that they have gone through. */
export class Relations {
  readonly #states: State[] = [new Set()];

  /** Authors from here have no domain: for them `domain` changes nothing. */
  constructor(
    private readonly fixtures: Fixtures,
    private readonly viewers: readonly Viewer[],
    private readonly authors: readonly Account[],
  ) {}

  /** The number of the present state; states are numbered in their order. */
  get now(): number {
    return this.#states.length - 1;
  }

  /** Begins a relation, or ends it if there is one. It is committed when this settles. */
  async toggle({ viewer, author, kind }: Change): Promise<void> {
    const by = this.viewers[viewer]?.account;
    const target = this.authors[author];
    if (!by || !target || (kind === 'domain' && target.domain === undefined)) {
      return;
    }
    // From here on either state may be seen.
    const state = new Set(this.#states.at(-1));
    const key = keyOf(kind, viewer, this.#subject(kind, author));
    const begins = !state.delete(key);
    if (begins) {
      state.add(key);
    }
    await this.#write(kind, begins, by, target);
    this.#states.push(state);
  }

  /** What a viewer may be told by an event: each answer that some state from `first` to `last` gives. */
  answers(viewer: number, event: Event, first: number, last: number): Set<boolean> {
    return new Set(this.#states.slice(first, last + 1).map((state) => this.#maySee(state, viewer, event)));
  }

  #maySee(state: State, viewer: number, { event, author, mentioned }: Event): boolean {
    if (event === 'delete') {
      return true;
    }
    const has = (kind: Kind, about: number) => state.has(keyOf(kind, viewer, this.#subject(kind, about)));
    const concerned = mentioned === null ? [author] : [author, mentioned];
    return !(
      concerned.some((about) => has('block', about) || has('mute', about)) ||
      has('blocked', author) ||
      has('domain', author)
    );
  }

  #subject(kind: Kind, author: number): string {
    return kind === 'domain' ? (this.authors[author]?.domain ?? '') : String(author);
  }

  async #write(kind: Kind, begins: boolean, by: Account, target: Account): Promise<void> {
    const { fixtures } = this;
    switch (kind) {
      case 'block':
        return begins ? fixtures.block(by, target) : fixtures.unblock(by, target);
      case 'mute':
        return begins ? fixtures.mute(by, target) : fixtures.unmute(by, target);
      case 'blocked':
        return begins ? fixtures.block(target, by) : fixtures.unblock(target, by);
      case 'domain':
        return begins ? fixtures.blockDomain(by, domainOf(target)) : fixtures.unblockDomain(by, domainOf(target));
    }
  }
}

function keyOf(kind: Kind, viewer: number, subject: string): string {
  return `${kind} ${viewer} ${subject}`;
}
