/** Viewers are told at last so long after an event was dropped, if no other event is delivered before. */
const toldWithinMs = 1_000;

/**
 * Remembers for which viewers of a stream events were dropped undecided, until they are told: before the next event is
 * delivered, because its position would lie behind the missing one, and a resume from there would claim that nothing is
 * missing. Many events that are dropped at once are told once.
 */
export class UndecidedEvents {
  readonly #tell: (accountIds: ReadonlySet<string> | undefined) => void;
  #accountIds = new Set<string>();
  #forAll = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param tell MUST NOT throw; called with the accounts of the viewers, `undefined` for all */
  constructor(tell: (accountIds: ReadonlySet<string> | undefined) => void) {
    this.#tell = tell;
  }

  /** To be called when an event is dropped. @param accountIds for whom; `undefined` for all */
  add(accountIds: Iterable<string> | undefined): void {
    if (accountIds === undefined) {
      this.#forAll = true;
    }
    for (const accountId of accountIds ?? []) {
      this.#accountIds.add(accountId);
    }
    this.#timer ??= setTimeout(() => {
      this.flush();
    }, toldWithinMs).unref();
  }

  /** Tells the viewers now, if there is something to tell. */
  flush(): void {
    if (this.#timer === undefined) {
      return;
    }
    const accountIds = this.#forAll ? undefined : this.#accountIds;
    this.close();
    this.#tell(accountIds);
  }

  /** Forgets what was to be told. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#forAll = false;
    this.#accountIds = new Set();
  }
}
