import { Injectable } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';
import { withTimeout } from '@fedistream/util';
import type { Viewer } from '@fedistream/domain';
import { AuthStatistics } from './auth-statistics.js';
import { readToken } from './read-token.js';
import type { TokenRequest } from './read-token.js';
import { RecentKills } from './recent-kills.js';
import type { KillSequence } from './recent-kills.js';
import { withoutToken } from './redact.js';
import { storeDeadlineMs } from './store-deadline.js';
import { TokenStore } from './token-store.js';

/** Who makes a request, and since when a kill may have been missed. */
export interface Authentication {
  readonly viewer: Viewer;
  /** For `OpenConnections.add`: the moment before the token was looked up. */
  readonly since: KillSequence;
}

interface Lookup {
  readonly since: KillSequence;
  readonly viewer: Promise<Viewer>;
}

/** Turns access tokens into viewers. */
@Injectable()
export class Authenticator {
  readonly #lookups = new Map<string, Lookup>();

  constructor(
    private readonly store: TokenStore,
    private readonly kills: RecentKills,
    private readonly statistics: AuthStatistics,
  ) {}

  /**
   * Reads the token of a request and asks who it belongs to. The way in for both transports.
   *
   * @throws {StreamingError} as {@link readToken} and {@link authenticate}
   */
  async authenticateRequest(request: TokenRequest): Promise<Authentication> {
    const since = this.kills.now();
    return { viewer: await this.authenticate(readToken(request)), since };
  }

  /**
   * The viewer behind a token. Equal tokens that are looked up at the same time share one lookup, so that a client that
   * opens many connections at once costs one statement; nothing is kept afterwards.
   *
   * @throws {StreamingError} `invalidToken`; `unavailable` when the store fails or does not answer, with a `cause` for
   *   the log that does not hold the token
   */
  async authenticate(token: string): Promise<Viewer> {
    const viewer = await this.#shared(token);
    this.statistics.authenticated++;
    return viewer;
  }

  #shared(token: string): Promise<Viewer> {
    const since = this.kills.now();
    const running = this.#lookups.get(token);
    // A lookup older than a kill may not know of it, and who comes after the kill will not be asked about it again.
    if (running?.since === since) {
      return running.viewer;
    }
    const viewer = this.#lookUp(token).finally(() => {
      if (this.#lookups.get(token)?.viewer === viewer) {
        this.#lookups.delete(token);
      }
    });
    this.#lookups.set(token, { since, viewer });
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
