import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { errorReason, jitter, withTimeout } from '@fedistream/util';
import { AuthSettings } from './auth-settings.js';
import { ConnectionRegistry } from './connection-registry.js';
import { storeDeadlineMs } from './store-deadline.js';
import { TokenStore } from './token-store.js';

const tokensPerStatement = 1_000;
/** The pause between statements, so that a round over many tokens does not occupy a connection or the event loop. */
const pauseBetweenStatementsMs = 50;
/** The pause before the rest of a failed round is retried: a kill may have been missed during the outage. */
const retryPauseMs = 5_000;
/** The jitter of the interval, so that processes which start together do not query together. */
const intervalSpread = 0.2;

/**
 * Re-validates the tokens of the open connections, and their scopes, in rounds. Mastodon has failed to publish kills before
 * (CVE-2024-25619, CVE-2025-62175, CVE-2025-62176), and a kill can be lost with the connection to Redis.
 *
 * While the store fails, every connection stays: most are still authorised, and kills still arrive. Ending them would make
 * every client reconnect when the database restarts. The round is retried after 5 s, and no token is skipped.
 */
@Injectable()
export class Revalidation implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(Revalidation.name);
  #timer: NodeJS.Timeout | undefined;
  #remaining: string[] = [];
  #failing = false;
  #isQuerying = false;
  #stopped = false;

  constructor(
    private readonly connections: ConnectionRegistry,
    private readonly store: TokenStore,
    private readonly settings: AuthSettings,
  ) {}

  /** Called by Nest. */
  onApplicationBootstrap(): void {
    this.connections.onDoubt = (tokenId) => {
      this.#remaining.push(tokenId);
      this.#stepNow();
    };
    this.#stepAfter(spread(this.settings.revalidationIntervalMs));
  }

  /** Begins a round at once. Call it when kills may have been missed. */
  begin(): void {
    this.#remaining = this.connections.tokenIds();
    this.#stepNow();
  }

  #stepNow(): void {
    if (!this.#isQuerying && !this.#stopped) {
      clearTimeout(this.#timer);
      this.#stepAfter(0);
    }
  }

  onApplicationShutdown(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #stepAfter(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      void this.#step();
    }, milliseconds).unref();
  }

  /** One statement of a round. Never rejects. */
  async #step(): Promise<void> {
    if (this.#remaining.length === 0) {
      this.#remaining = this.connections.tokenIds();
    }
    const tokenIds = this.#remaining.splice(-tokensPerStatement);
    if (tokenIds.length > 0) {
      this.#isQuerying = true;
      await this.#revalidate(tokenIds);
      this.#isQuerying = false;
    }
    if (!this.#stopped) {
      this.#stepAfter(this.#pause());
    }
  }

  #pause(): number {
    if (this.#remaining.length === 0) {
      return spread(this.settings.revalidationIntervalMs);
    }
    return this.#failing ? spread(retryPauseMs) : pauseBetweenStatementsMs;
  }

  async #revalidate(tokenIds: readonly string[]): Promise<void> {
    try {
      const scopesOf = await withTimeout(storeDeadlineMs, this.store.scopesOf(tokenIds));
      if (this.#stopped) {
        return;
      }
      for (const tokenId of tokenIds) {
        const scopes = scopesOf.get(tokenId);
        if (scopes === undefined) {
          this.connections.revokeInvalid(tokenId);
        } else {
          this.connections.updateScopes(tokenId, scopes);
        }
      }
      this.#report(false);
    } catch (failure) {
      this.#remaining.push(...tokenIds);
      this.#report(true, failure);
    }
  }

  /** Logs the first failure and the recovery, not every round between. */
  #report(failing: boolean, failure?: unknown): void {
    if (failing === this.#failing || this.#stopped) {
      return;
    }
    this.#failing = failing;
    if (failing) {
      this.#logger.warn(
        `Re-validation of open tokens failed (${errorReason(failure)}); connections stay open, retrying every 5 s`,
      );
    } else {
      this.#logger.log('Re-validation of open tokens works again');
    }
  }
}

function spread(milliseconds: number): number {
  return jitter(milliseconds * (1 - intervalSpread), milliseconds * (1 + intervalSpread));
}
