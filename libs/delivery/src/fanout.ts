import type { Channel, Selection, StreamEvent, Viewer, ViewerSet } from '@fedistream/domain';
import { Backlog } from './backlog.js';
import { stepsForOne, type DeliverySteps } from './delivery-steps.js';
import { FanoutViewers } from './fanout-viewers.js';
import type { FanoutOptions, FanoutPlaces } from './fanout-options.js';
import type { Framing } from './framing.js';
import { labelKey, type Label } from './label.js';
import type { Subscription, SubscriptionSet } from './subscription.js';

/** What each subscription keeps of its last event, beside what the fan-out looks up. */
type Kept = 'nothing' | 'place' | 'place-and-position';

/** Subscriptions that receive the same bytes. */
interface LabelGroup {
  readonly framing: Framing;
  readonly label: Label;
  readonly members: Set<Subscription>;
}

/**
 * The subscriber at the end of a stream's chain of operators: a set of subscriptions that turns an event into bytes and writes
 * them. Only here is work done per viewer: a look-up if there are exceptions, and a write.
 */
export class Fanout implements SubscriptionSet {
  readonly channels: readonly Channel[];
  readonly #groups = new Map<string, LabelGroup>();
  readonly #backlogs = new Set<Backlog>();
  /** Subscriptions that have received, in another way, everything up to a place; and the last of these places. */
  readonly #behind = new Map<Subscription, number>();
  #lastBehind = -1;
  /** Members that are in no group while one event is delivered: they have received it in another way. */
  #excluded: Set<Subscription> | undefined;
  readonly #onEmpty: () => void;
  readonly #steps: DeliverySteps | undefined;
  readonly #places: FanoutPlaces | undefined;
  readonly #keeps: Kept;
  #members = 0;
  #holds = 0;
  #gaps = 0;
  #viewers: FanoutViewers | undefined;

  /** @param onEmpty called when the last subscription and the last hold are gone */
  constructor(onEmpty: () => void, { channels = [], steps, places }: FanoutOptions = {}) {
    this.#onEmpty = onEmpty;
    this.channels = channels;
    this.#places = places;
    this.#keeps = places === undefined ? 'nothing' : places.positionAt ? 'place' : 'place-and-position';
    this.#steps = steps;
  }

  /**
   * Adds a subscription; it receives what is delivered from now on.
   *
   * @param behind only events after this place, if given: it has received those before, also what is on its way here
   */
  add(subscription: Subscription, behind = -1): void {
    if (behind >= 0) {
      this.#behind.set(subscription, behind);
      this.#lastBehind = Math.max(this.#lastBehind, behind);
    } else if (subscription.lastOrder <= 0) {
      const marker = this.#places?.lastMarker();
      subscription.lastOrder = marker?.order ?? 0;
      subscription.lastPosition = marker?.position;
    }
    this.#join(subscription);
    this.#members += 1;
    this.#viewers = undefined;
  }

  #join(subscription: Subscription): void {
    const key = groupKey(subscription);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { framing: subscription.framing, label: subscription.label, members: new Set() };
      this.#groups.set(key, group);
    }
    group.members.add(subscription);
  }

  /** @returns whether it was in its group */
  #leave(subscription: Subscription): boolean {
    const key = groupKey(subscription);
    const group = this.#groups.get(key);
    if (group?.members.delete(subscription) !== true) {
      return false;
    }
    if (group.members.size === 0) {
      this.#groups.delete(key);
    }
    return true;
  }

  /** Removes a subscription. Events whose audience is still being decided do not reach it any more. */
  remove(subscription: Subscription): void {
    if (!this.#leave(subscription) && this.#excluded?.delete(subscription) !== true) {
      return;
    }
    this.#behind.delete(subscription);
    this.#members -= 1;
    this.#viewers = undefined;
    this.#endIfUnused();
  }

  /** Keeps the fan-out alive while a subscription is pending. Each hold needs one {@link release}. */
  hold(): void {
    this.#holds += 1;
  }

  /** Releases one hold. */
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
    return (this.#viewers ??= new FanoutViewers(this.#accountIds()));
  }

  *#accountIds(): Iterable<string> {
    for (const { members } of this.#groups.values()) {
      for (const { connection } of members) {
        yield connection.viewer.accountId;
      }
    }
    for (const { viewer } of this.#backlogs) {
      yield viewer.accountId;
    }
  }

  /**
   * The position of a client that has received everything that was sent to this subscription, if it is a later one than
   * that of its last event. Such a position is that of a marker behind which nothing for this client is still on its way.
   */
  positionOf({ lastOrder }: Subscription): string | undefined {
    const marker = this.#places?.marker();
    return marker !== undefined && marker.order > lastOrder ? marker.position : undefined;
  }

  lastPositionOf(subscription: Subscription): string | undefined {
    const { lastOrder, lastPosition } = subscription;
    return this.positionOf(subscription) ?? this.#places?.positionAt?.(lastOrder) ?? lastPosition;
  }

  /** How often subscriptions were told that events are missing: what was kept since before may have a gap. */
  get gaps(): number {
    return this.#gaps;
  }

  /**
   * Tells the subscriptions whose clients follow their positions that events are missing.
   *
   * @param eventFor what they are sent
   * @param accountIds those of these accounts only, if given
   */
  tellGap(eventFor: (framing: Framing) => StreamEvent, accountIds?: ReadonlySet<string>): void {
    this.#gaps += 1;
    for (const { framing, label, members } of this.#groups.values()) {
      for (const { followsPositions, connection } of members) {
        if (followsPositions && accountIds?.has(connection.viewer.accountId) !== false) {
          connection.send(framing.frame(eventFor(framing), label));
        }
      }
    }
  }

  /** Writes an event to all viewers whom it is for. Bytes are made once per label and variant. */
  deliver(selection: Selection): void {
    const { event, exceptions, viewers } = selection;
    const order = event?.origin?.order ?? Infinity;
    this.#excluded = order <= this.#lastBehind ? this.#exclude(order) : undefined;
    // Viewers that came after the decision receive nothing; as long as none has come, none has to be looked up.
    const decidedForAll = viewers === undefined || viewers === this.#viewers;
    for (const backlog of this.#backlogs) {
      backlog.keep(selection);
    }
    const steps = this.#steps && stepsForOne(this.#steps);
    for (const group of this.#groups.values()) {
      if (decidedForAll && exceptions.size === 0 && steps?.acceptsFor === undefined) {
        deliverToAll(group, event && steps?.map ? steps.map(event) : event, this.#keeps);
      } else {
        deliverSelected(group, selection, { decidedForAll, steps, keeps: this.#keeps });
      }
    }
    for (const subscription of this.#excluded ?? []) {
      this.#join(subscription);
    }
    this.#excluded = undefined;
  }

  /** Subscriptions leave their groups for an event that they have received in another way. Only late events are. */
  #exclude(order: number): Set<Subscription> {
    const excluded = new Set<Subscription>();
    for (const [subscription, behind] of this.#behind) {
      if (behind >= order) {
        this.#leave(subscription);
        excluded.add(subscription);
      }
    }
    return excluded;
  }

  #endIfUnused(): void {
    if (this.#members === 0 && this.#holds === 0) {
      this.#onEmpty();
    }
  }
}

function groupKey({ label, framing }: Subscription): string {
  return framing.labelled ? `${framing.name} ${labelKey(label)}` : framing.name;
}

function deliverToAll({ framing, label, members }: LabelGroup, event: StreamEvent | undefined, keeps: Kept): void {
  if (event === undefined) {
    return;
  }
  const bytes = framing.frame(event, label);
  if (keeps === 'nothing') {
    for (const { connection } of members) {
      connection.send(bytes);
    }
    return;
  }
  const order = event.origin?.order ?? 0;
  const position = keeps === 'place-and-position' ? event.origin?.position : undefined;
  for (const member of members) {
    member.lastOrder = order;
    member.lastPosition = position;
    member.connection.send(bytes);
  }
}

/** How a selection with exceptions is delivered. */
interface SelectedDelivery {
  readonly decidedForAll: boolean;
  readonly steps: DeliverySteps | undefined;
  readonly keeps: Kept;
}

function deliverSelected(
  { framing, label, members }: LabelGroup,
  selection: Selection,
  { decidedForAll, steps, keeps }: SelectedDelivery,
): void {
  const bytesOf = new Map<StreamEvent, Buffer | undefined>();
  let event: StreamEvent | undefined;
  let bytes: Buffer | undefined;
  for (const member of members) {
    const { connection } = member;
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
      if (keeps !== 'nothing') {
        member.lastOrder = selected.origin?.order ?? 0;
        member.lastPosition = keeps === 'place-and-position' ? selected.origin?.position : undefined;
      }
      connection.send(bytes);
    }
  }
}
