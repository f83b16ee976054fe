import type { Account, Fixtures, Viewer } from '../support/index.js';
import { domainOf } from './people.js';
import type { Change, Event, Kind } from './random-failures.js';

/** The relationships at one time. */
type State = ReadonlySet<string>;

/** Relationships in the database that change one by one, with the history of their states. */
export class Relations {
  readonly #states: State[] = [new Set()];

  /** Local authors have no domain, so `domain` changes nothing for them. */
  constructor(
    private readonly fixtures: Fixtures,
    private readonly viewers: readonly Viewer[],
    private readonly authors: readonly Account[],
  ) {}

  /** The index of the current state. */
  get now(): number {
    return this.#states.length - 1;
  }

  /** Creates the relationship, or deletes it if it exists. Resolves after the commit. */
  async toggle({ viewer, author, kind }: Change): Promise<void> {
    const by = this.viewers[viewer]?.account;
    const target = this.authors[author];
    if (!by || !target || (kind === 'domain' && target.domain === undefined)) {
      return;
    }
    // From here on the server may read either state.
    const state = new Set(this.#states.at(-1));
    const key = keyOf(kind, viewer, this.#subject(kind, author));
    const begins = !state.delete(key);
    if (begins) {
      state.add(key);
    }
    await this.#write(kind, begins, by, target);
    this.#states.push(state);
  }

  /** The acceptable results of an event: one for each state from `first` to `last`. */
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
