import { StreamEvent, type Selection, type ViewerSet } from '@fedistream/domain';
import { Subject, type Subscription } from 'rxjs';
import { AudienceSettings } from '../audience-settings.js';
import { AudienceStatistics } from '../audience-statistics.js';
import { Audience } from '../audience.js';
import type { ClosedBy } from '../rules/rule.js';
import { permissions, type AudienceTables } from './audience-tables.js';
import { MemoryAudienceStore } from './memory-audience-store.js';
import { referenceAudience } from './reference-audience.js';
import { statusOf } from './status-of.js';
import { viewerSetOf } from './viewer-set.js';

/** A viewer of every pipeline who may open every feed, so that at least one viewer receives each fence. */
const staff = { id: '11', accountId: '1', chosenLanguages: null, roleId: '3' };

/** Which feed settings close a pipeline; `null` when none can. */
type Closing = ClosedBy | null;

/** One stream through an audience: the events to publish, the viewers, and the selections that are emitted. */
export class Pipeline {
  readonly events = new Subject<StreamEvent>();
  readonly selections: Selection[] = [];
  readonly subscription: Subscription;
  viewers!: ViewerSet;
  completed = false;
  #onSelection: (selection: Selection) => void = () => undefined;

  constructor(
    audience: Audience,
    private readonly tables: AudienceTables,
    accountIds: readonly string[],
    private readonly closedBy: Closing,
    eventsWithoutStatus: readonly string[],
  ) {
    this.listen(accountIds);
    const options = { closedBy: closedBy ?? undefined, eventsWithoutStatus: new Set(eventsWithoutStatus) };
    this.subscription = audience
      .select(this.events, () => this.viewers, options)
      .subscribe({
        next: (selection) => {
          this.selections.push(selection);
          this.#onSelection(selection);
        },
        complete: () => {
          this.completed = true;
        },
      });
  }

  /** Replaces the viewers by these and the harness' own. */
  listen(accountIds: readonly string[]): void {
    this.viewers = viewerSetOf([...accountIds, staff.accountId]);
  }

  publish(name: string, payload?: unknown): void {
    this.events.next(StreamEvent.of(name, payload));
  }

  /** Publishes a fence event and settles when its viewers have received it. Earlier events that are missing then never come. */
  async fence(): Promise<void> {
    const fence = { name: `fence ${Math.random()}`, payload: undefined };
    const closedBy = this.closedBy ?? undefined;
    // `null`: the viewer receives the event, which has no payload. `undefined`: the viewer does not receive it.
    const isFor = (id: string) => referenceAudience(this.tables, closedBy, id, { ...fence, payload: null }) === null;
    const waiting = new Set(this.viewers.accountIds.filter(isFor));
    await new Promise<void>((resolve) => {
      this.#onSelection = (selection) => {
        for (const id of waiting) {
          if (selection.for(id)?.name === fence.name) {
            waiting.delete(id);
          }
        }
        if (waiting.size === 0) {
          resolve();
        }
      };
      this.publish(fence.name);
    });
  }

  /** The payloads that this account has received, without fences: objects parsed, others as text. */
  receivedBy(accountId: string): unknown[] {
    return this.selections
      .map((selection) => selection.for(accountId))
      .filter((event) => event !== undefined && !event.name.startsWith('fence'))
      .map((event) => event?.payload);
  }
}

/** An audience over a store in memory. */
export class AudienceHarness {
  readonly store = new MemoryAudienceStore();
  readonly tables = this.store.tables;
  readonly statistics = new AudienceStatistics();
  readonly audience: Audience;

  constructor(settings: Partial<AudienceSettings> = {}) {
    this.tables.users.push(staff);
    this.tables.roles.push({ id: staff.roleId, permissions: permissions.administrator });
    this.audience = new Audience(this.store, new AudienceSettings(settings), this.statistics);
  }

  pipeline(
    accountIds: readonly string[],
    closedBy: Closing = 'live-feeds',
    eventsWithoutStatus: readonly string[] = [],
  ): Pipeline {
    return new Pipeline(this.audience, this.tables, accountIds, closedBy, eventsWithoutStatus);
  }

  /** Publishes one event on a pipeline of its own and returns what each of these accounts receives. */
  async publish(
    accountIds: readonly string[],
    payload: unknown,
    {
      name = 'update',
      closedBy = 'live-feeds',
      eventsWithoutStatus = [],
    }: { name?: string; closedBy?: Closing; eventsWithoutStatus?: readonly string[] } = {},
  ): Promise<Record<string, unknown>> {
    const pipeline = this.pipeline(accountIds, closedBy, eventsWithoutStatus);
    pipeline.publish(name, payload);
    await pipeline.fence();
    pipeline.subscription.unsubscribe();
    return Object.fromEntries(accountIds.map((id) => [id, pipeline.receivedBy(id)[0]]));
  }
}

/** The ids of the statuses and deletions that account 5 has received, as numbers. */
export function idsReceived(pipeline: Pipeline): number[] {
  return pipeline.receivedBy('5').map((payload) => Number((payload as { id?: string }).id ?? payload));
}

/** Publishes a status for each of these ids. */
export function publishStatuses(pipeline: Pipeline, ...ids: readonly number[]): void {
  ids.forEach((id) => {
    pipeline.publish('update', statusOf({ id: String(id) }));
  });
}
