import type { Selection, StreamEvent, Viewer, ViewerSet } from '@fedistream/domain';
import { Backlog } from './backlog.js';
import { stepsForOne, type DeliverySteps } from './delivery-steps.js';
import type { Framing } from './framing.js';
import { labelKey, type Label } from './label.js';
import type { Subscription, SubscriptionSet } from './subscription.js';

/** Subscriptions that receive the same bytes. */
interface LabelGroup {
  readonly framing: Framing;
  readonly label: Label;
  readonly members: Set<Subscription>;
}

/**
 * The end of a stream's chain: a set of subscriptions, and the place where an event becomes bytes. Only here is work done
 * per viewer: a look-up where there are exceptions, and a write.
 */
export class Fanout implements SubscriptionSet {
  readonly #groups = new Map<string, LabelGroup>();
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
    const key = groupKey(subscription);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { framing: subscription.connection.framing, label: subscription.label, members: new Set() };
      this.#groups.set(key, group);
    }
    group.members.add(subscription);
    this.#members += 1;
    this.#viewers = undefined;
  }

  /** Removes a subscription. Events whose audience is still being decided do not reach it any more. */
  remove(subscription: Subscription): void {
    const key = groupKey(subscription);
    const group = this.#groups.get(key);
    if (group?.members.delete(subscription) !== true) {
      return;
    }
    if (group.members.size === 0) {
      this.#groups.delete(key);
    }
    this.#members -= 1;
    this.#viewers = undefined;
    this.#endIfUnused();
  }

  /** Keeps the fan-out alive while a subscription is pending. Each hold needs one {@link release}. */
  hold(): void {
    this.#holds += 1;
  }

  /** Takes one hold back. */
  release(): void {
    this.#holds -= 1;
    this.#endIfUnused();
  }

  /**
   * Keeps what this viewer would receive from now on, until a subscription takes it over ({@link Backlog.attach}). The
   * fan-out stays alive meanwhile; each backlog needs one `attach` or {@link Backlog.discard}.
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

  /** The accounts that are subscribed now; the same object until a subscription is added or removed. */
  viewers(): ViewerSet {
    return (this.#viewers ??= new FanoutViewers(this.#groups.values(), this.#backlogs));
  }

  /** Writes an event to all viewers whom it is for. Bytes are made once per label and variant. */
  deliver(selection: Selection): void {
    const { event, exceptions, viewers } = selection;
    // Viewers that came after the decision receive nothing; as long as none has come, none has to be looked up.
    const decidedForAll = viewers === undefined || viewers === this.#viewers;
    for (const backlog of this.#backlogs) {
      backlog.keep(selection);
    }
    const steps = this.#steps && stepsForOne(this.#steps);
    for (const group of this.#groups.values()) {
      if (decidedForAll && exceptions.size === 0 && steps?.acceptsFor === undefined) {
        deliverToAll(group, event && steps?.map ? steps.map(event) : event);
      } else {
        deliverSelected(group, selection, decidedForAll, steps);
      }
    }
  }

  #endIfUnused(): void {
    if (this.#members === 0 && this.#holds === 0) {
      this.#onEmpty();
    }
  }
}

function groupKey({ label, connection: { framing } }: Subscription): string {
  return framing.labelled ? `${framing.name} ${labelKey(label)}` : framing.name;
}

function deliverToAll({ framing, label, members }: LabelGroup, event: StreamEvent | undefined): void {
  if (event === undefined) {
    return;
  }
  const bytes = framing.frame(event, label);
  for (const { connection } of members) {
    connection.send(bytes);
  }
}

function deliverSelected(
  { framing, label, members }: LabelGroup,
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
    // Most viewers receive the same event as the one before them.
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

  constructor(groups: Iterable<LabelGroup>, backlogs: Iterable<Backlog>) {
    for (const { members } of groups) {
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
