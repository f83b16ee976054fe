import type { Selection, StreamEvent, ViewerSet } from '@fedistream/domain';
import type { Framing } from './framing.js';
import { labelKey, type Label } from './label.js';
import type { Subscription } from './subscription.js';

/** Subscriptions that receive the same bytes. */
interface Recipients {
  readonly framing: Framing;
  readonly label: Label;
  readonly members: Set<Subscription>;
}

/**
 * The end of a stream's chain: a plain set of subscriptions, and the place where an event becomes bytes. Here, and only
 * here, work is done per viewer: a decision that is a look-up, and a write.
 */
export class Fanout {
  readonly #recipients = new Map<string, Recipients>();
  readonly #onEmpty: () => void;
  #members = 0;
  #holds = 0;
  #viewership: FanoutViewers | undefined;

  /** @param onEmpty called when the last subscription and the last hold are gone */
  constructor(onEmpty: () => void) {
    this.#onEmpty = onEmpty;
  }

  /** Adds a subscription; it receives what is delivered from now on. */
  add(subscription: Subscription): void {
    const key = recipientsKey(subscription);
    let recipients = this.#recipients.get(key);
    if (recipients === undefined) {
      recipients = { framing: subscription.connection.framing, label: subscription.label, members: new Set() };
      this.#recipients.set(key, recipients);
    }
    recipients.members.add(subscription);
    this.#members += 1;
    this.#viewership = undefined;
  }

  /** Removes a subscription; what is still being decided for it no longer reaches it. */
  remove(subscription: Subscription): void {
    const key = recipientsKey(subscription);
    const recipients = this.#recipients.get(key);
    if (recipients?.members.delete(subscription) !== true) {
      return;
    }
    if (recipients.members.size === 0) {
      this.#recipients.delete(key);
    }
    this.#members -= 1;
    this.#viewership = undefined;
    this.#endIfUnused();
  }

  /** Keeps the fanout alive while somebody is on the way in. Each hold needs one {@link release}. */
  hold(): void {
    this.#holds += 1;
  }

  /** Takes a hold back. */
  release(): void {
    this.#holds -= 1;
    this.#endIfUnused();
  }

  /** Who listens now; the same object until somebody comes or goes. */
  viewers(): ViewerSet {
    return (this.#viewership ??= new FanoutViewers(this.#recipients.values()));
  }

  /** Writes an event to everybody for whom it is. Bytes are made once per label and variant. */
  deliver(selection: Selection): void {
    const { event, exceptions, viewers } = selection;
    // Somebody may have come since it was decided; as long as nobody has, nobody has to be looked for.
    const decidedForAll = viewers === undefined || viewers === this.#viewership;
    for (const recipients of this.#recipients.values()) {
      if (decidedForAll && exceptions.size === 0) {
        deliverToAll(recipients, event);
      } else {
        deliverSelected(recipients, selection, decidedForAll);
      }
    }
  }

  #endIfUnused(): void {
    if (this.#members === 0 && this.#holds === 0) {
      this.#onEmpty();
    }
  }
}

function recipientsKey({ label, connection: { framing } }: Subscription): string {
  return framing.labelled ? `${framing.name} ${labelKey(label)}` : framing.name;
}

function deliverToAll({ framing, label, members }: Recipients, event: StreamEvent | undefined): void {
  if (event === undefined) {
    return;
  }
  const bytes = framing.frame(event, label);
  for (const { connection } of members) {
    connection.send(bytes);
  }
}

function deliverSelected({ framing, label, members }: Recipients, selection: Selection, decidedForAll: boolean): void {
  const bytesOf = new Map<StreamEvent, Buffer>();
  let event: StreamEvent | undefined;
  let bytes: Buffer | undefined;
  for (const { connection } of members) {
    const { accountId } = connection.viewer;
    const selected = decidedForAll ? selection.forDecided(accountId) : selection.for(accountId);
    if (selected === undefined) {
      continue;
    }
    // Most receive the same as the one before them.
    if (selected !== event || bytes === undefined) {
      event = selected;
      bytes = bytesOf.get(event) ?? framing.frame(event, label);
      bytesOf.set(event, bytes);
    }
    connection.send(bytes);
  }
}

/** The accounts behind subscriptions, each once. */
class FanoutViewers implements ViewerSet {
  readonly accountIds: readonly string[];
  readonly #accounts = new Set<string>();

  constructor(all: Iterable<Recipients>) {
    for (const { members } of all) {
      for (const { connection } of members) {
        this.#accounts.add(connection.viewer.accountId);
      }
    }
    this.accountIds = [...this.#accounts];
  }

  has(accountId: string): boolean {
    return this.#accounts.has(accountId);
  }
}
