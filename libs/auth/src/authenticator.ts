import { Injectable } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';
import { TurnQueue, withTimeout } from '@fedistream/util';
import type { Viewer } from '@fedistream/domain';
import { AuthStatistics } from './auth-statistics.js';
import { readToken } from './read-token.js';
import type { TokenRequest } from './read-token.js';
import { RecentKills } from './recent-kills.js';
import type { KillSequence } from './recent-kills.js';
import { withoutToken } from './redact.js';
import { storeDeadlineMs } from './store-deadline.js';
import { TokenStore } from './token-store.js';

/** The result of an authentication: the viewer, and the kill after which the connection must be checked. */
export interface Authentication {
  readonly viewer: Viewer;
  /** The latest kill before the token was looked up, for `ConnectionRegistry.add`. */
  readonly killSequence: KillSequence;
}

/**
 * Opening a connection takes up to 0.7 ms: so many hold the event loop for some 14 ms. One statement looks hundreds of
 * tokens up, whose clients would otherwise all be served in one turn, and everything else would wait.
 */
const admittedPerTurn = 20;

interface Lookup {
  readonly killSequence: KillSequence;
  readonly viewer: Promise<Viewer>;
}

/** Turns access tokens into viewers. */
@Injectable()
export class Authenticator {
  readonly #lookups = new Map<string, Lookup>();
  readonly #admissions = new TurnQueue<() => void>(admittedPerTurn, (admit) => {
    admit();
  });

  constructor(
    private readonly store: TokenStore,
    private readonly kills: RecentKills,
    private readonly statistics: AuthStatistics,
  ) {}

  /**
   * Authenticates a request by its access token. Both transports use it. Of clients whose tokens are found together, 20 are
   * admitted in each turn of the event loop, in the order in which they came.
   *
   * @throws {StreamingError} as {@link readToken} and {@link findViewer}
   */
  async authenticate(request: TokenRequest): Promise<Authentication> {
    const killSequence = this.kills.now();
    const viewer = await this.findViewer(readToken(request));
    await this.#admission();
    return { viewer, killSequence };
  }

  /**
   * Finds the viewer of a token. Concurrent lookups of the same token share one statement, so a client that opens many
   * connections at once costs one. Nothing is cached afterwards.
   *
   * @throws {StreamingError} `invalidToken`; `unavailable` when the store fails or does not answer within 10 s; its
   *   `cause`, for the log, never holds the token
   */
  async findViewer(token: string): Promise<Viewer> {
    const viewer = await this.#shared(token);
    this.statistics.authenticated++;
    return viewer;
  }

  async #admission(): Promise<void> {
    this.statistics.waiting += 1;
    await new Promise<void>((admit) => {
      this.#admissions.add([admit]);
    });
    this.statistics.waiting -= 1;
  }

  #shared(token: string): Promise<Viewer> {
    const killSequence = this.kills.now();
    const running = this.#lookups.get(token);
    // The result of a lookup that began before a kill may be stale, and this request would not be checked for that kill.
    if (running?.killSequence === killSequence) {
      return running.viewer;
    }
    const viewer = this.#lookUp(token).finally(() => {
      if (this.#lookups.get(token)?.viewer === viewer) {
        this.#lookups.delete(token);
      }
    });
    this.#lookups.set(token, { killSequence, viewer });
    return viewer;
  }

  async #lookUp(token: string): Promise<Viewer> {
    let viewer: Viewer | undefined;
    try {
      viewer = await withTimeout(storeDeadlineMs, this.store.findViewer(token));
    } catch (failure) {
      throw new StreamingError('unavailable', undefined, { cause: withoutToken(failure, token) });
    }
    if (!viewer) {
      throw new StreamingError('invalidToken');
    }
    return viewer;
  }
}
