import { Injectable, Logger } from '@nestjs/common';
import { Audience } from '@fedistream/audience';
import { Fanout } from '@fedistream/delivery';
import { forEveryone, type Channel, type Selection, type StreamEvent, type Viewer } from '@fedistream/domain';
import { KeyedLogThrottle } from '@fedistream/util';
import { EventBus } from '@fedistream/event-bus';
import { connect, isObservable, map, merge, Observable, of, retry, tap, timer, type Unsubscribable } from 'rxjs';
import { channelsOf } from './channels-of.js';
import type { StreamRequest } from './stream-definition.js';
import { streamFailure } from './stream-failure.js';

interface Pipeline {
  readonly fanout: Fanout;
  readonly channels: readonly Channel[];
}

/** How long a stream rests whose `select` fails before it has been given anything. */
const restMs = 1_000;

/**
 * Joins bus, stream and fanout: one chain of observables for each stream and set of channels, shared by everybody who
 * gets the same from it. A chain begins with its first listener and ends with its last.
 */
@Injectable()
export class StreamFanouts {
  readonly #logger = new Logger('Streams');
  /** By the stream's name: one that fails for every event does not keep another from being told of. */
  readonly #complaints = new KeyedLogThrottle();
  readonly #chains = new Map<string, Pipeline>();

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
   * fanout without anybody ends when its last hold is released.
   *
   * @throws StreamingError as {@link channelsOf}
   */
  open(viewer: Viewer, request: StreamRequest): Fanout {
    return this.#chain(viewer, request).fanout;
  }

  /** Settles when everything published from now on reaches this request's fanout. Call it after {@link open}. */
  async live(viewer: Viewer, request: StreamRequest): Promise<void> {
    await Promise.all(this.#chain(viewer, request).channels.map((channel) => this.bus.subscribed(channel)));
  }

  #chain(viewer: Viewer, request: StreamRequest): Pipeline {
    const channels = channelsOf(request, viewer);
    const key = chainKey(request, channels);
    const known = this.#chains.get(key);
    if (known !== undefined) {
      return known;
    }
    const fanout = new Fanout(() => {
      this.#chains.delete(key);
      for (const subscription of subscriptions) {
        subscription.unsubscribe();
      }
    });
    const chain = { fanout, channels };
    this.#chains.set(key, chain);
    const subscriptions = this.#join(request, channels, fanout);
    return chain;
  }

  #join(request: StreamRequest, channels: readonly Channel[], fanout: Fanout): readonly Unsubscribable[] {
    const { source, declaration } = request.definition;
    if (source.select === undefined && declaration.audience === 'chosen-by-publisher') {
      // Nothing to select and nothing to decide. Every account has such a chain (`user`), so it is none: no operators,
      // 2 KB less for each.
      const deliver = (event: StreamEvent) => {
        fanout.deliver(forEveryone(event));
      };
      return channels.map((channel) => this.bus.listen(channel, deliver));
    }
    return [
      this.#selections(request, channels, fanout).subscribe((selection) => {
        fanout.deliver(selection);
      }),
    ];
  }

  /**
   * The stream's own selection comes first, the audience last: whatever a stream makes of its events, nothing leaves a
   * `per-viewer` stream undecided.
   */
  #selections(request: StreamRequest, channels: readonly Channel[], fanout: Fanout): Observable<Selection> {
    const { declaration } = request.definition;
    const published = merge(...channels.map((channel) => this.bus.on(channel)));
    const events = this.#selected(request, published);
    return declaration.audience === 'per-viewer'
      ? this.audience.select(events, () => fanout.viewers(), { closedBy: declaration.closedBy })
      : events.pipe(map(forEveryone));
  }

  /** While `select` fails and begins anew, the channels stay followed: not they have failed. */
  #selected(request: StreamRequest, published: Observable<StreamEvent>): Observable<StreamEvent> {
    return request.definition.source.select === undefined
      ? published
      : published.pipe(connect((events) => this.#runs(request, events)));
  }

  /**
   * What `select` makes of events, run after run. When it fails for one, that one is lost, with what it was holding back,
   * and it has begun anew before the next. When it fails before it was given any, it would do so for ever: it rests
   * first, and what is published meanwhile is lost. A `select` that completes has failed, too: its clients wait for more.
   */
  #runs(request: StreamRequest, events: Observable<StreamEvent>): Observable<StreamEvent> {
    const { definition, name } = request;
    let given = false;
    const run = new Observable<StreamEvent>((subscriber) => {
      given = false;
      const noticed = events.pipe(tap(() => (given = true)));
      const selected: unknown = definition.source.select?.(noticed, request);
      if (!isObservable(selected)) {
        throw new TypeError(`it must return an Observable, not ${String(selected)}`);
      }
      const running = (selected as Observable<StreamEvent>).subscribe({
        next: (event) => {
          subscriber.next(event);
        },
        error: (failure: unknown) => {
          subscriber.error(failure);
        },
        complete: () => {
          subscriber.error(new Error('it has completed, as take() and first() do'));
        },
      });
      return () => {
        this.#end(running, name);
      };
    });
    return run.pipe(
      retry({
        delay: (failure) => {
          const next = given
            ? 'it begins anew with the next event'
            : `events are lost until it begins anew in ${restMs} ms`;
          this.#complain(name, failure, next);
          return given ? of(undefined) : timer(restMs);
        },
      }),
    );
  }

  /** What throws while it ends must keep neither its successor from beginning nor a connection from its teardown. */
  #end(running: Unsubscribable, stream: string): void {
    try {
      running.unsubscribe();
    } catch (failure) {
      this.#complain(stream, failure, 'it had been ended');
    }
  }

  /** A stream that fails may do so for every event. */
  #complain(stream: string, failure: unknown, consequence: string): void {
    this.#complaints.run(stream, (suffix) => {
      const { message, stack } = streamFailure(stream, 'select', failure);
      this.#logger.error(`${message}; ${consequence}${suffix}`, stack);
    });
  }
}

/**
 * Parameters count only for streams that select by them; without `select`, equal channels mean equal events. They count as
 * the client wrote them: what a stream reads there may be anything, also what looks equal and is not.
 */
function chainKey({ definition, params, label }: StreamRequest, channels: readonly Channel[]): string {
  const { source, declaration } = definition;
  const decision = declaration.audience === 'per-viewer' ? (declaration.closedBy ?? 'nothing') : '';
  // The label does not say which parameters its texts belong to.
  const selection = source.select === undefined ? [] : [label, Object.keys(params)];
  // Whatever a text is made of, no two requests can have the same key.
  return JSON.stringify([decision, selection, channels]);
}
