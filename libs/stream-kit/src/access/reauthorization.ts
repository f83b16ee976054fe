import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Subscription } from '@fedistream/delivery';
import { isStreamingError, StreamingError, type ControlTarget, type Viewer } from '@fedistream/domain';
import { Broker, EventBus } from '@fedistream/event-bus';
import { jitter, LogThrottle } from '@fedistream/util';
import { Subscription as Subscriptions } from 'rxjs';
import type { StreamDefinition, StreamRequest } from '../modules/stream-definition.js';
import { StreamRegistry } from '../modules/stream-registry.js';
import { FailureLog } from '../pipeline/failure-log.js';
import { authorize, authorizeMany, notAuthorized } from './authorization.js';

/** A point in the order of `reauthorize` events. Only {@link Reauthorization.now} makes one. */
export type AuthorizationMoment = number & { readonly __authorization: never };

/** What the operator may choose about it. */
export class ReauthorizationSettings {
  /** @param intervalMs the time between two rounds, in milliseconds, give or take a fifth */
  constructor(readonly intervalMs: number) {}
}

interface Watched {
  readonly subscription: Subscription;
  readonly viewer: Viewer;
  readonly request: StreamRequest;
}

/** So many contexts are given to `authorizeMany` at once, */
const askedTogether = 500;
/** and so many calls of `authorize` are under way. */
const askedAtOnce = 50;
/** So that a round over many subscriptions holds neither a dependency nor the event loop for long. */
const pauseBetweenSlicesMs = 50;
/** What could not be answered is asked again, until it is. */
const retryPauseMs = 5_000;

/**
 * Asks streams again and again whether the viewers of open subscriptions still may: on an interval, after a gap in the
 * messages, and at once on the control event `reauthorize`. A `no` ends that subscription and tells the client.
 *
 * A stream that cannot answer keeps its subscriptions and is asked again after 5 s, as tokens are: those viewers were
 * authorised, and a restart of a database is no reason to send all of them away.
 */
@Injectable()
export class Reauthorization implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('Streams');
  readonly #withdrawnLog = new LogThrottle();
  readonly #watched = new Set<Watched>();
  readonly #sources = new Subscriptions();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Subscriptions that are to be asked about again. */
  readonly #unanswered = new Set<Watched>();
  /** Streams whose round has not ended. */
  readonly #inRound = new Set<StreamDefinition>();
  #latest = 0;
  #stopped = false;

  constructor(
    private readonly bus: EventBus,
    private readonly broker: Broker,
    private readonly registry: StreamRegistry,
    private readonly failures: FailureLog,
    private readonly settings: ReauthorizationSettings,
  ) {}

  /** The present moment, to be taken before `authorize` is asked. */
  now(): AuthorizationMoment {
    return this.#latest as AuthorizationMoment;
  }

  /** How many subscriptions are watched over, for metrics and tests. */
  get size(): number {
    return this.#watched.size;
  }

  onApplicationBootstrap(): void {
    this.#sources.add(
      this.bus.control.subscribe(({ target, event }) => {
        if (event.name === 'reauthorize') {
          this.#latest += 1;
          void this.#ask(this.#concerned(target));
        }
      }),
    );
    // What was said while the server heard nothing has to be found out.
    this.#sources.add(
      this.broker.gaps.subscribe(() => {
        this.#latest += 1;
        void this.#ask([...this.#watched]);
      }),
    );
    this.#nextRound();
  }

  onApplicationShutdown(): void {
    this.#stopped = true;
    this.#sources.unsubscribe();
    this.#timers.forEach(clearTimeout);
  }

  /**
   * Watches over a subscription whose stream has `authorize`, until it ends.
   *
   * @param since {@link now} from before `authorize` was asked: a `reauthorize` in between is not missed
   */
  watch(subscription: Subscription, request: StreamRequest, since: AuthorizationMoment): void {
    const watched: Watched = {
      subscription,
      request,
      // Its scopes may change.
      get viewer() {
        return subscription.connection.viewer;
      },
    };
    this.#watched.add(watched);
    subscription.onEnd(() => {
      this.#watched.delete(watched);
    });
    if (since !== this.#latest && !subscription.ended) {
      void this.#ask([watched]);
    }
  }

  /** A round for each stream by itself. One that takes longer than the interval is not begun again meanwhile. */
  #nextRound(): void {
    this.#later(jitter(0.8 * this.settings.intervalMs, 1.2 * this.settings.intervalMs), () => {
      for (const [definition, concerned] of byDefinition([...this.#watched])) {
        if (!this.#inRound.has(definition)) {
          this.#inRound.add(definition);
          void this.#askAbout(definition, concerned).then(() => this.#inRound.delete(definition));
        }
      }
      this.#nextRound();
    });
  }

  #concerned(target: ControlTarget): Watched[] {
    return [...this.#watched].filter(({ viewer, request }) => {
      switch (target.kind) {
        case 'account':
          return viewer.accountId === target.accountId;
        case 'token':
          return viewer.tokenId === target.tokenId;
        case 'stream':
          return this.registry.find(target.stream) === request.definition;
      }
    });
  }

  /** Asks about all of these. Streams are asked side by side: one that does not answer holds up itself. Never rejects. */
  async #ask(all: readonly Watched[]): Promise<void> {
    await Promise.all(
      Array.from(byDefinition(all), ([definition, concerned]) => this.#askAbout(definition, concerned)),
    );
  }

  /** Asks one stream, slice by slice. Never rejects. */
  async #askAbout(definition: StreamDefinition, concerned: readonly Watched[]): Promise<void> {
    const unanswered: Watched[] = [];
    const many = definition.declaration.authorizeMany !== undefined;
    const size = many ? askedTogether : askedAtOnce;
    for (let from = 0; from < concerned.length && !this.#stopped; from += size) {
      if (from > 0) {
        await this.#pause(pauseBetweenSlicesMs);
      }
      const slice = concerned.slice(from, from + size).filter(({ subscription }) => !subscription.ended);
      unanswered.push(...(many ? await this.#askTogether(definition, slice) : await this.#askEach(slice)));
    }
    this.#askLater(unanswered);
  }

  /** However many rounds were not answered, each subscription is asked about once in a pause. */
  #askLater(unanswered: readonly Watched[]): void {
    if (this.#unanswered.size === 0 && unanswered.length > 0) {
      this.#later(jitter(0.8 * retryPauseMs, 1.2 * retryPauseMs), () => {
        const again = [...this.#unanswered];
        this.#unanswered.clear();
        return this.#ask(again);
      });
    }
    unanswered.forEach((watched) => this.#unanswered.add(watched));
  }

  /** @returns those that were not answered */
  async #askTogether(definition: StreamDefinition, slice: readonly Watched[]): Promise<readonly Watched[]> {
    if (slice.length === 0) {
      return [];
    }
    try {
      const answers = await authorizeMany(slice);
      slice
        .filter((_, index) => !answers[index])
        .forEach((watched) => {
          this.#withdraw(watched);
        });
      return [];
    } catch (failure) {
      this.#reportUnanswered(definition, 'authorizeMany', failure);
      return slice;
    }
  }

  /** @returns those that were not answered */
  async #askEach(slice: readonly Watched[]): Promise<readonly Watched[]> {
    const unanswered = await Promise.all(
      slice.map(async (watched) => {
        try {
          await authorize(watched.viewer, watched.request);
          return [];
        } catch (failure) {
          if (isStreamingError(failure) && failure.code !== 'unavailable' && failure.code !== 'unexpected') {
            this.#withdraw(watched, failure);
            return [];
          }
          this.#reportUnanswered(watched.request.definition, 'authorize', failure);
          return [watched];
        }
      }),
    );
    return unanswered.flat();
  }

  #reportUnanswered(definition: StreamDefinition, method: 'authorize' | 'authorizeMany', failure: unknown): void {
    const cause = isStreamingError(failure) ? (failure.cause ?? failure) : failure;
    this.failures.add(definition, method, cause, 'open subscriptions stay, and are asked about again in 5 s');
  }

  #withdraw({ subscription, request }: Watched, error: StreamingError = notAuthorized(request)): void {
    const { definition, name } = request;
    if (subscription.ended) {
      return;
    }
    this.registry.statistics.of(definition.names[0] ?? '').withdrawn += 1;
    this.#withdrawnLog.run((suffix) => {
      const { accountId } = subscription.connection.viewer;
      this.#logger.log({
        msg: `Stream "${name}" no longer allows account ${accountId}; its subscription was ended${suffix}`,
        stream: name,
        owner: definition.module.owner,
      });
    });
    subscription.connection.withdraw(subscription, error);
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#later(milliseconds, resolve);
    });
  }

  #later(milliseconds: number, run: () => void | Promise<void>): void {
    if (this.#stopped) {
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void run();
    }, milliseconds).unref();
    this.#timers.add(timer);
  }
}

function byDefinition(all: readonly Watched[]): ReadonlyMap<StreamDefinition, readonly Watched[]> {
  const groups = new Map<StreamDefinition, Watched[]>();
  for (const watched of all) {
    const group = groups.get(watched.request.definition) ?? [];
    group.push(watched);
    groups.set(watched.request.definition, group);
  }
  return groups;
}
