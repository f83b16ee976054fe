import { Injectable, Optional } from '@nestjs/common';
import { Audience } from '@fedistream/audience';
import { DeliveryObserver, Fanout } from '@fedistream/delivery';
import { forEveryone, type Channel, type Selection, type StreamEvent, type Viewer } from '@fedistream/domain';
import { EventBus } from '@fedistream/event-bus';
import { connect, filter, map, merge, type Observable, type Unsubscribable } from 'rxjs';
import type { StreamRequest } from '../modules/stream-definition.js';
import { StreamRegistry } from '../modules/stream-registry.js';
import { channelsOf } from './channels-of.js';
import { FailureLog } from './failure-log.js';
import { gapEvent } from './gap-event.js';
import { deliverySteps, eventFilter } from './own-code.js';
import { pipelineKey } from './pipeline-key.js';
import { Resumption } from './resumption.js';
import { selectRuns } from './select-runs.js';
import { UndecidedEvents } from './undecided-events.js';

/** What events of one stream pass on their way to its subscriptions. */
export interface Pipeline {
  /** Where subscriptions are attached. */
  readonly fanout: Fanout;
  /** The channels that feed it. */
  readonly channels: readonly Channel[];
}

/**
 * Joins bus, stream and fanout: one pipeline for each stream and set of channels, shared by all subscriptions that receive
 * the same from it. A pipeline begins with its first subscription and ends with its last.
 */
@Injectable()
export class StreamFanouts {
  readonly #pipelines = new Map<string, Pipeline>();

  constructor(
    private readonly bus: EventBus,
    private readonly audience: Audience,
    private readonly registry: StreamRegistry,
    private readonly failures: FailureLog,
    private readonly resumption: Resumption,
    @Optional() private readonly observer?: DeliveryObserver,
  ) {}

  /** Pipelines that are alive, for metrics and tests. */
  get size(): number {
    return this.#pipelines.size;
  }

  /**
   * The pipeline of a request. The caller has authorised the viewer, and must at once attach to its fanout or hold it: a
   * fanout without subscriptions ends when its last hold is released.
   *
   * @throws StreamingError as {@link channelsOf}
   */
  open(viewer: Viewer, request: StreamRequest): Pipeline {
    return this.#pipeline(viewer, request);
  }

  /** Settles when everything published from now on reaches a pipeline that is {@link open}. */
  async live({ channels }: Pipeline): Promise<void> {
    // One after the other costs less than Promise.all: all of them are subscribed with the same command.
    for (const channel of channels) {
      await this.bus.subscribed(channel);
    }
  }

  /** Whether a channel that fed this request for one viewer does not for the other. @throws StreamingError as {@link channelsOf} */
  losesChannels(request: StreamRequest, before: Viewer, after: Viewer): boolean {
    const isClaimed = (channel: Channel) => this.registry.isClaimed(channel);
    const left = new Set(channelsOf(request, after, isClaimed));
    return channelsOf(request, before, isClaimed).some((channel) => !left.has(channel));
  }

  /**
   * Tells all clients that follow their positions that events are missing.
   *
   * @param channels on which messages were missed; `undefined` for all
   */
  tellGap(channels: ReadonlySet<Channel> | undefined): void {
    for (const { fanout, channels: own } of this.#pipelines.values()) {
      if (channels === undefined || own.some((channel) => channels.has(channel))) {
        fanout.tellGap(gapEvent);
      }
    }
  }

  #channelsOf(viewer: Viewer, request: StreamRequest): readonly Channel[] {
    try {
      return channelsOf(request, viewer, (channel) => this.registry.isClaimed(channel));
    } catch (refusal) {
      this.failures.countRefusal(request.definition, 'channels', refusal);
      throw refusal;
    }
  }

  #pipeline(viewer: Viewer, request: StreamRequest): Pipeline {
    const channels = this.#channelsOf(viewer, request);
    const key = pipelineKey(request, channels);
    const known = this.#pipelines.get(key);
    if (known !== undefined) {
      return known;
    }
    const decides = request.definition.declaration.audience === 'per-viewer';
    const fanout = new Fanout(
      () => {
        this.#pipelines.delete(key);
        for (const subscription of subscriptions) {
          subscription.unsubscribe();
        }
      },
      { channels, steps: deliverySteps(request, this.failures), places: this.resumption.placesFor(decides, channels) },
    );
    const pipeline = { fanout, channels };
    this.#pipelines.set(key, pipeline);
    const subscriptions = this.#join(request, channels, fanout);
    return pipeline;
  }

  #join(request: StreamRequest, channels: readonly Channel[], fanout: Fanout): readonly Unsubscribable[] {
    const { names, declaration } = request.definition;
    const { audience, select } = declaration;
    // Only the name is kept: the request would hold 100 bytes for each account.
    const stream = names[0] ?? '';
    const passes = eventFilter(request, this.failures, this.registry.statistics);
    if (audience === 'chosen-by-publisher' && select === undefined) {
      // Nothing to decide, and nothing over time. Every account has such a pipeline (`user`), so there are no operators:
      // 2 KB less for each.
      const deliver = (event: StreamEvent) => {
        if (passes === undefined || passes(event)) {
          this.#deliver(fanout, forEveryone(event), stream);
        }
      };
      return channels.map((channel) => this.bus.listen(channel, deliver));
    }
    const published = merge(...channels.map((channel) => this.bus.on(channel)));
    const accepted = passes === undefined ? published : published.pipe(filter(passes));
    const undecided = new UndecidedEvents((accountIds) => {
      fanout.tellGap(gapEvent, accountIds);
    });
    const delivering = this.#selections(request, accepted, fanout, undecided).subscribe((selection) => {
      undecided.flush();
      this.#deliver(fanout, selection, stream);
    });
    delivering.add(() => {
      undecided.close();
    });
    return [delivering];
  }

  #deliver(fanout: Fanout, selection: Selection, stream: string): void {
    if (this.observer === undefined) {
      fanout.deliver(selection);
      return;
    }
    const decidedAtMs = performance.now();
    fanout.deliver(selection);
    const { event } = selection;
    if (event?.receivedAtMs !== undefined) {
      this.observer.delivered({
        event,
        stream,
        receivedAtMs: event.receivedAtMs,
        decidedAtMs,
        writtenAtMs: performance.now(),
      });
    }
  }

  /** The audience decides about what was published. What a stream makes of it, it makes afterwards, in the fanout. */
  #selections(
    request: StreamRequest,
    events: Observable<StreamEvent>,
    fanout: Fanout,
    dropped: UndecidedEvents,
  ): Observable<Selection> {
    const { eventsWithoutStatus, declaration } = request.definition;
    const { audience, closedBy } = declaration;
    // While `select` fails and begins again, the channels stay followed: not they have failed.
    return audience === 'per-viewer'
      ? this.audience.select(events, () => fanout.viewers(), {
          closedBy,
          eventsWithoutStatus,
          undecided: (accountIds) => {
            dropped.add(accountIds);
          },
        })
      : events.pipe(
          connect((shared) => selectRuns(request, shared, this.failures)),
          map(forEveryone),
        );
  }
}
