import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { jitter, withTimeout } from '@fedistream/util';
import { AuthSettings } from './auth-settings.js';
import { ConnectionRegistry } from './connection-registry.js';
import { storeDeadlineMs } from './store-deadline.js';
import { TokenStore } from './token-store.js';

const tokensPerStatement = 1_000;
/** Keeps a round over many tokens from holding a database connection or the event loop for long. */
const pauseBetweenStatementsMs = 50;
/** After a failure the rest of the round is tried again: a kill may have been missed during the outage. */
const retryPauseMs = 5_000;
/** Processes that were started together must not all ask at the same moment. */
const intervalSpread = 0.2;

/**
 * Re-validates the tokens of the open connections, and their scopes, in rounds. Publishers have forgotten to send a kill before
 * (CVE-2024-25619, CVE-2025-62175, CVE-2025-62176), and a kill can be lost with the connection to Redis.
 *
 * While the store fails, every connection stays: most are still authorised, and kills still arrive. Ending them would make
 * every client reconnect when the database restarts. The store is asked again after 5 s, and no token is skipped.
 */
@Injectable()
export class Revalidation implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(Revalidation.name);
  #timer: NodeJS.Timeout | undefined;
  #remaining: string[] = [];
  #failing = false;
  #asking = false;
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
      this.#hurry();
    };
    this.#stepAfter(spread(this.settings.revalidationIntervalMs));
  }

  /** Begins a round at once. Call it when kills may have been missed. */
  begin(): void {
    this.#remaining = this.connections.tokenIds();
    this.#hurry();
  }

  #hurry(): void {
    if (!this.#asking && !this.#stopped) {
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
      this.#asking = true;
      await this.#revalidate(tokenIds);
      this.#asking = false;
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
        `Re-validation of open tokens failed; connections stay open, retrying every 5 s: ${String(failure)}`,
      );
    } else {
      this.#logger.log('Re-validation of open tokens works again');
    }
  }
}

function spread(milliseconds: number): number {
  return jitter(milliseconds * (1 - intervalSpread), milliseconds * (1 + intervalSpread));
}
