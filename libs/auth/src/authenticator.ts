import { Injectable } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';
import { withTimeout } from '@fedistream/util';
import type { Viewer } from '@fedistream/domain';
import { AdmissionQueue } from './admission-queue.js';
import { AuthStatistics } from './auth-statistics.js';
import { hasLeft, type ClientRequest } from './client-request.js';
import { readToken } from './read-token.js';
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

interface Lookup {
  readonly killSequence: KillSequence;
  readonly viewer: Promise<Viewer>;
}

/** Turns access tokens into viewers. */
@Injectable()
export class Authenticator {
  readonly #lookups = new Map<string, Lookup>();

  constructor(
    private readonly admissions: AdmissionQueue,
    private readonly store: TokenStore,
    private readonly kills: RecentKills,
    private readonly statistics: AuthStatistics,
  ) {}

  /**
   * Authenticates a request by its access token. Both transports use it. Clients are let in one after the other, see
   * {@link AdmissionQueue}.
   *
   * @throws {StreamingError} as {@link readToken}, {@link AdmissionQueue.enter} and {@link findViewer}; `badRequest` when
   *   the client has left while it waited
   */
  async authenticate(request: ClientRequest): Promise<Authentication> {
    const token = readToken(request);
    const entered = this.admissions.enter();
    if (entered !== undefined) {
      await entered;
    }
    try {
      if (hasLeft(request)) {
        throw new StreamingError('badRequest');
      }
      const killSequence = this.kills.now();
      const viewer = await this.findViewer(token);
      await this.admissions.turn();
      return { viewer, killSequence };
    } finally {
      this.admissions.leave();
    }
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

  #shared(token: string): Promise<Viewer> {
    const killSequence = this.kills.now();
    const running = this.#lookups.get(token);
    // The result of a lookup that began before a kill may be stale, and this request would not be checked for that kill.
    if (running?.killSequence === killSequence) {
      return running.viewer;
    }
    const viewer = this.#lookUp(token);
    this.#lookups.set(token, { killSequence, viewer });
    const forget = () => {
      if (this.#lookups.get(token)?.viewer === viewer) {
        this.#lookups.delete(token);
      }
    };
    void viewer.then(forget, forget);
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
