import type { Selection, StreamEvent, Viewer, ViewerSet } from '@fedistream/domain';
import { Backlog } from './backlog.js';
import type { Framing } from './framing.js';
import { labelKey, type Label } from './label.js';
import type { Subscription } from './subscription.js';

/** Subscriptions that receive the same bytes. */
interface Recipients {
  readonly framing: Framing;
  readonly label: Label;
  readonly members: Set<Subscription>;
}

/** What a stream does with an event after its audience is decided. Neither function may throw. */
export interface DeliverySteps {
  /** Whether this viewer receives the event: called for each viewer and event. */
  readonly acceptsFor?: ((event: StreamEvent, viewer: Viewer) => boolean) | undefined;
  /** What viewers receive in place of an event; called once for each event and variant. `undefined` drops it. */
  readonly map?: ((event: StreamEvent) => StreamEvent | undefined) | undefined;
}

/**
 * The end of a stream's chain: a plain set of subscriptions, and the place where an event becomes bytes. Here, and only
 * here, work is done per viewer: a decision that is a look-up, and a write.
 */
export class Fanout {
  readonly #recipients = new Map<string, Recipients>();
  readonly #backlogs = new Set<Backlog>();
  readonly #onEmpty: () => void;
  readonly #steps: DeliverySteps | undefined;
  #members = 0;
  #holds = 0;
  #viewers: FanoutViewers | undefined;

  /**
   * @param onEmpty called when the last subscription and the last hold are gone
   * @param steps left out for streams without code of their own per viewer: an event costs nothing more then
   */
  constructor(onEmpty: () => void, steps?: DeliverySteps) {
    this.#onEmpty = onEmpty;
    this.#steps = steps;
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
    this.#viewers = undefined;
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
    this.#viewers = undefined;
    this.#endIfUnused();
  }

  /** Keeps the fanout alive while a client is being let in. Each hold needs one {@link release}. */
  hold(): void {
    this.#holds += 1;
  }

  /** Takes a hold back. */
  release(): void {
    this.#holds -= 1;
    this.#endIfUnused();
  }

  /**
   * Keeps what this viewer would receive from now on, until a subscription takes it over ({@link Backlog.attach}). The
   * fanout stays alive meanwhile; each backlog needs one `attach` or {@link Backlog.discard}.
   */
  keepFor(viewer: Viewer): Backlog {
    const backlog = new Backlog(viewer, this, this.#steps, () => {
      if (this.#backlogs.delete(backlog)) {
        this.#viewers = undefined;
        this.release();
      }
    });
    this.hold();
    this.#backlogs.add(backlog);
    this.#viewers = undefined;
    return backlog;
  }

  /** The accounts that listen now; the same object until a subscription comes or goes. */
  viewers(): ViewerSet {
    return (this.#viewers ??= new FanoutViewers(this.#recipients.values(), this.#backlogs));
  }

  /** Writes an event to every subscription that it is for. Bytes are made once per label and variant. */
  deliver(selection: Selection): void {
    const { event, exceptions, viewers } = selection;
    // A subscription may have come since it was decided; as long as none has, none has to be looked up.
    const decidedForAll = viewers === undefined || viewers === this.#viewers;
    for (const backlog of this.#backlogs) {
      backlog.keep(selection);
    }
    const steps = this.#steps && stepsForOne(this.#steps);
    for (const recipients of this.#recipients.values()) {
      if (decidedForAll && exceptions.size === 0 && steps?.acceptsFor === undefined) {
        deliverToAll(recipients, event && steps?.map ? steps.map(event) : event);
      } else {
        deliverSelected(recipients, selection, decidedForAll, steps);
      }
    }
  }

  #endIfUnused(): void {
    if (this.#members === 0 && this.#holds === 0) {
      this.#onEmpty();
    }
  }
}

/** The steps for one selection: an event is mapped once, however many labels receive it. */
function stepsForOne({ acceptsFor, map }: DeliverySteps): DeliverySteps {
  const mapped = new Map<StreamEvent, StreamEvent | undefined>();
  return {
    acceptsFor,
    map:
      map &&
      ((event) => {
        if (!mapped.has(event)) {
          mapped.set(event, map(event));
        }
        return mapped.get(event);
      }),
  };
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

function deliverSelected(
  { framing, label, members }: Recipients,
  selection: Selection,
  decidedForAll: boolean,
  steps: DeliverySteps | undefined,
): void {
  const bytesOf = new Map<StreamEvent, Buffer | undefined>();
  let event: StreamEvent | undefined;
  let bytes: Buffer | undefined;
  for (const { connection } of members) {
    const { accountId } = connection.viewer;
    const selected = decidedForAll ? selection.forDecided(accountId) : selection.for(accountId);
    if (selected === undefined || steps?.acceptsFor?.(selected, connection.viewer) === false) {
      continue;
    }
    // Most receive the same as the one before them.
    if (selected !== event) {
      event = selected;
      if (!bytesOf.has(event)) {
        const outgoing = steps?.map ? steps.map(event) : event;
        bytesOf.set(event, outgoing && framing.frame(outgoing, label));
      }
      bytes = bytesOf.get(event);
    }
    if (bytes !== undefined) {
      connection.send(bytes);
    }
  }
}

/** The accounts behind subscriptions and backlogs, each once. */
class FanoutViewers implements ViewerSet {
  readonly accountIds: readonly string[];
  readonly #accounts = new Set<string>();

  constructor(all: Iterable<Recipients>, backlogs: Iterable<Backlog>) {
    for (const { members } of all) {
      for (const { connection } of members) {
        this.#accounts.add(connection.viewer.accountId);
      }
    }
    for (const { viewer } of backlogs) {
      this.#accounts.add(viewer.accountId);
    }
    this.accountIds = [...this.#accounts];
  }

  has(accountId: string): boolean {
    return this.#accounts.has(accountId);
  }
}
