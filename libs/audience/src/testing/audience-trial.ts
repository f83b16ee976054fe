import { StreamEvent, type Selection, type ViewerSet } from '@fedistream/domain';
import { Subject, type Subscription } from 'rxjs';
import { AudienceSettings } from '../audience-settings.js';
import { AudienceStatistics } from '../audience-statistics.js';
import { Audience } from '../audience.js';
import type { ClosedBy } from '../rules/rule.js';
import { permissions } from './audience-tables.js';
import { MemoryAudienceStore } from './memory-audience-store.js';
import { viewerSetOf } from './viewer-set.js';

/** Listens to every chain and may open every feed, so that fences arrive. */
const staff = { id: '11', accountId: '1', chosenLanguages: null, roleId: '3' };

/** One chain of an audience, with those who listen to it and what comes out. */
export class Chain {
  readonly events = new Subject<StreamEvent>();
  readonly selections: Selection[] = [];
  readonly subscription: Subscription;
  viewers!: ViewerSet;
  completed = false;
  #wake: () => void = () => undefined;

  constructor(audience: Audience, accountIds: readonly string[], closedBy: ClosedBy | null) {
    this.listen(accountIds);
    this.subscription = audience
      .select(this.events, () => this.viewers, { closedBy: closedBy ?? undefined })
      .subscribe({
        next: (selection) => {
          this.selections.push(selection);
          this.#wake();
        },
        complete: () => {
          this.completed = true;
        },
      });
  }

  /** These, and nobody else, listen from now on (and whoever waits for fences). */
  listen(accountIds: readonly string[]): void {
    this.viewers = viewerSetOf([...accountIds, staff.accountId]);
  }

  publish(name: string, payload?: unknown): void {
    this.events.next(StreamEvent.of(name, payload));
  }

  /** Publishes a fence, and settles when it is out: what has not come before it will not come. */
  async fence(): Promise<void> {
    const fence = `fence ${Math.random()}`;
    const count = this.selections.length;
    this.publish(fence);
    const isOut = () => this.selections.slice(count).some((one) => one.for(staff.accountId)?.name === fence);
    while (!isOut()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** What came out for this account, without fences: payloads of objects, texts of others. */
  receivedBy(accountId: string): unknown[] {
    return this.selections
      .map((selection) => selection.for(accountId))
      .filter((event) => event !== undefined && !event.name.startsWith('fence'))
      .map((event) => event?.payload);
  }
}

/** An audience over a store in memory, for tests. */
export class AudienceTrial {
  readonly store = new MemoryAudienceStore();
  readonly tables = this.store.tables;
  readonly statistics = new AudienceStatistics();
  readonly audience: Audience;

  constructor(settings: Partial<AudienceSettings> = {}) {
    this.tables.users.push(staff);
    this.tables.roles.push({ id: staff.roleId, permissions: permissions.administrator });
    this.audience = new Audience(this.store, new AudienceSettings(settings), this.statistics);
  }

  chain(accountIds: readonly string[], closedBy: ClosedBy | null = 'live-feeds'): Chain {
    return new Chain(this.audience, accountIds, closedBy);
  }

  /** Publishes one event on a chain of its own and tells what each of these accounts receives. */
  async publish(
    accountIds: readonly string[],
    payload: unknown,
    { name = 'update', closedBy = 'live-feeds' }: { name?: string; closedBy?: ClosedBy | null } = {},
  ): Promise<Record<string, unknown>> {
    const chain = this.chain(accountIds, closedBy);
    chain.publish(name, payload);
    await chain.fence();
    chain.subscription.unsubscribe();
    return Object.fromEntries(accountIds.map((id) => [id, chain.receivedBy(id)[0]]));
  }
}
