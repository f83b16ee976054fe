import { Injectable, Logger } from '@nestjs/common';
import { Audience } from '@fedistream/audience';
import { Outlet } from '@fedistream/delivery';
import {
  Occasionally,
  forEveryone,
  type Channel,
  type Selection,
  type StreamEvent,
  type Viewer,
} from '@fedistream/domain';
import { EventBus } from '@fedistream/event-bus';
import { defer, map, merge, of, retry, timer, type Observable, type Unsubscribable } from 'rxjs';
import type { StreamRequest } from './stream-definition.js';

interface Chain {
  readonly outlet: Outlet;
  readonly channels: readonly Channel[];
}

const retryDelayMs = 1_000;

/**
 * Joins bus, stream and outlet: one chain of observables for each stream and set of channels, shared by everybody who
 * gets the same from it. A chain begins with its first listener and ends with its last.
 */
@Injectable()
export class StreamOutlets {
  readonly #logger = new Logger('Streams');
  readonly #complaints = new Occasionally();
  readonly #chains = new Map<string, Chain>();

  constructor(
    private readonly bus: EventBus,
    private readonly audience: Audience,
  ) {}

  /** Chains that are alive, for metrics and tests. */
  get size(): number {
    return this.#chains.size;
  }

  /**
   * Where subscriptions to this are attached. The caller has authorised the viewer, and must at once attach or hold: an
   * outlet without anybody ends when its last hold is released.
   */
  open(viewer: Viewer, request: StreamRequest): Outlet {
    return this.#chain(viewer, request).outlet;
  }

  /** Settles when everything published from now on reaches this request's outlet. Call it after {@link open}. */
  async live(viewer: Viewer, request: StreamRequest): Promise<void> {
    await Promise.all(this.#chain(viewer, request).channels.map((channel) => this.bus.followed(channel)));
  }

  #chain(viewer: Viewer, request: StreamRequest): Chain {
    const { source } = request.definition;
    const channels = source.channels({ viewer, params: request.params, name: request.name });
    const key = chainKey(request, channels);
    const known = this.#chains.get(key);
    if (known !== undefined) {
      return known;
    }
    const outlet = new Outlet(() => {
      this.#chains.delete(key);
      for (const subscription of subscriptions) {
        this.#end(subscription, request);
      }
    });
    const chain = { outlet, channels };
    this.#chains.set(key, chain);
    const subscriptions = this.#join(request, channels, outlet);
    return chain;
  }

  /** A stream that throws while its chain ends must not keep the rest of a connection's teardown from happening. */
  #end(subscription: Unsubscribable, { name }: StreamRequest): void {
    try {
      subscription.unsubscribe();
    } catch (failure) {
      this.#complain(`Stream "${name}" failed while select() ended: ${String(failure)}`);
    }
  }

  /** A stream that fails may do so for every event. */
  #complain(about: string): void {
    this.#complaints.run((suffix) => {
      this.#logger.error(`${about}${suffix}`);
    });
  }

  #join(request: StreamRequest, channels: readonly Channel[], outlet: Outlet): readonly Unsubscribable[] {
    const { source, declaration } = request.definition;
    if (source.select === undefined && declaration.audience === 'chosen-by-publisher') {
      // Nothing to select and nothing to decide. Every account has such a chain (`user`), so it is none: no operators,
      // 2 KB less for each.
      const deliver = (event: StreamEvent) => {
        outlet.deliver(forEveryone(event));
      };
      return channels.map((channel) => this.bus.listen(channel, deliver));
    }
    return [
      this.#selections(request, channels, outlet).subscribe((selection) => {
        outlet.deliver(selection);
      }),
    ];
  }

  /**
   * The stream's own selection comes first, the audience last: whatever a stream makes of its events, nothing leaves a
   * `per-viewer` stream undecided.
   */
  #selections(request: StreamRequest, channels: readonly Channel[], outlet: Outlet): Observable<Selection> {
    const { declaration } = request.definition;
    const published = merge(...channels.map((channel) => this.bus.on(channel)));
    const events = this.#selected(request, published);
    return declaration.audience === 'per-viewer'
      ? this.audience.select(events, () => outlet.viewership(), declaration.feed ?? 'live')
      : events.pipe(map(forEveryone));
  }

  #selected(request: StreamRequest, published: Observable<StreamEvent>): Observable<StreamEvent> {
    const { source } = request.definition;
    if (source.select === undefined) {
      return published;
    }
    // A stream that throws loses the event at hand and begins anew; its listeners, and other streams, notice nothing.
    return defer(() => source.select?.(published, request) ?? published).pipe(
      retry({
        resetOnSuccess: true,
        delay: (failure, attempt) => {
          this.#complain(`Stream "${request.name}" failed in select(), an event is lost: ${String(failure)}`);
          return attempt === 1 ? of(undefined) : timer(retryDelayMs);
        },
      }),
    );
  }
}

/** Parameters count only for streams that select by them; without `select`, equal channels mean equal events. */
function chainKey({ definition, name, params }: StreamRequest, channels: readonly Channel[]): string {
  const { source, declaration } = definition;
  const decision = declaration.audience === 'per-viewer' ? (declaration.feed ?? 'live') : '';
  const selection = source.select === undefined ? [] : [name, params];
  // Whatever a text is made of, no two requests can have the same key.
  return JSON.stringify([decision, selection, channels]);
}
