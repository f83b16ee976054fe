import { Injectable } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';
import { Fifo, PacedQueue } from '@fedistream/util';
import { AuthSettings } from './auth-settings.js';
import { AuthStatistics } from './auth-statistics.js';

/**
 * How many clients may be between the look-up of their token and their turn. Statements take 500 tokens, but a client whose
 * token was found waits for its turn: more look-ups would only make it wait longer.
 */
const clientsAtOnce = 256;

/**
 * Opening a connection takes up to 0.7 ms: so many hold the event loop for some 14 ms. One statement looks hundreds of
 * tokens up, whose clients would otherwise all be served in one turn.
 */
const pace = { maxPerTurn: 20, targetTurnMs: 25 };

/** How long a client may wait for the look-up of its token, in milliseconds. Proxies and clients give up later. */
export const maxWaitMs = 20_000;

interface Waiting {
  readonly sinceMs: number;
  readonly admit: () => void;
  readonly refuse: (reason: StreamingError) => void;
}

/**
 * Bounds how many clients are let in at the same time, and how many wait: after a restart thousands connect at once, and
 * clients that are connected already must not notice. Clients get in in the order in which they came.
 */
@Injectable()
export class AdmissionQueue {
  readonly #turns = new PacedQueue<() => void>(pace, (begin) => {
    begin();
  });
  #entered = 0;
  readonly #waiting = new Fifo<Waiting>();
  #refuses = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly settings: AuthSettings,
    private readonly statistics: AuthStatistics,
  ) {}

  /** Whether new clients are refused, or were refused and the queue is still more than half full. */
  get overloaded(): boolean {
    this.#refuses &&= this.#waiting.size * 2 > this.settings.maxWaitingClients;
    return this.#refuses;
  }

  /**
   * Lets a client in, at once or after a wait. Its caller MUST call {@link leave} once afterwards.
   *
   * @returns `undefined` when the client need not wait
   * @throws StreamingError `unavailable` when as many as `maxWaitingClients` wait already, or it has waited for 20 s
   */
  enter(): Promise<void> | undefined {
    if (this.#entered < clientsAtOnce) {
      this.#entered += 1;
      return undefined;
    }
    if (this.#waiting.size >= this.settings.maxWaitingClients) {
      this.#refuses = true;
      throw this.#refusal(`${this.#waiting.size} clients wait to be let in, as many as MAX_WAITING_CLIENTS allows`);
    }
    return new Promise((admit, refuse) => {
      this.#waiting.add({ sinceMs: performance.now(), admit, refuse });
      this.#count();
    });
  }

  /** Waits for the turn of a client whose token was found: few connections are opened in one turn of the event loop. */
  async turn(): Promise<void> {
    await new Promise<void>((begin) => {
      this.#turns.add(begin);
      this.#count();
    });
  }

  /** The client was let in or refused: another one may enter. */
  leave(): void {
    this.#entered -= 1;
    while (this.#entered < clientsAtOnce && this.#waiting.size > 0) {
      this.#entered += 1;
      this.#waiting.take()?.admit();
    }
    this.#count();
  }

  #count(): void {
    this.statistics.waiting = this.#waiting.size + this.#turns.size;
    const { first } = this.#waiting;
    if (first === undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else {
      this.#timer ??= setTimeout(
        () => {
          this.#timer = undefined;
          this.#refuseLate();
        },
        Math.max(1, first.sinceMs + maxWaitMs - performance.now()),
      ).unref();
    }
  }

  /** The first one waits longest. */
  #refuseLate(): void {
    while (this.#waiting.size > 0 && performance.now() - (this.#waiting.first?.sinceMs ?? 0) >= maxWaitMs) {
      this.#refuses = true;
      this.#waiting.take()?.refuse(this.#refusal(`not let in within ${maxWaitMs / 1_000} s`));
    }
    this.#count();
  }

  #refusal(cause: string): StreamingError {
    this.statistics.refused += 1;
    return new StreamingError('unavailable', undefined, { cause: new Error(cause) });
  }
}
