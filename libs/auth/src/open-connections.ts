import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { AuthStatistics } from './auth-statistics.js';
import type { RevocationReason } from './auth-statistics.js';
import type { AuthorisedConnection } from './authorised-connection.js';
import { CompactMultimap } from '@fedistream/util';
import { Expiries, hasExpired } from './expiries.js';
import { RecentKills } from './recent-kills.js';
import type { KillSequence } from './recent-kills.js';

/**
 * The connections that are open, and the only place that ends them for lack of authorisation: when a token or account is
 * killed, when a token expires, when re-validation finds a token no longer valid.
 *
 * Whoever opens a connection adds it and, whatever ends it, removes it.
 */
@Injectable()
export class OpenConnections implements OnApplicationShutdown {
  readonly #logger = new Logger(OpenConnections.name);
  readonly #byToken = new CompactMultimap<string, AuthorisedConnection>();
  readonly #byAccount = new CompactMultimap<string, AuthorisedConnection>();
  readonly #expiries = new Expiries((connection) => {
    this.#revoke([connection], 'expiry');
  });

  constructor(
    private readonly kills: RecentKills,
    private readonly statistics: AuthStatistics,
  ) {}

  /**
   * Watches over a connection from now on. Revokes it at once when its token or account was killed since its
   * authentication began, or when its token has expired meanwhile.
   *
   * @param authenticatedSince `Authentication.since`, or `RecentKills.now()` from before the token was looked up
   * @returns whether the connection may stay open; if not, it has been revoked
   */
  add(connection: AuthorisedConnection, authenticatedSince: KillSequence): boolean {
    this.#watch(connection);
    const lost = this.kills.since(authenticatedSince, connection.viewer) ?? (hasExpired(connection) && 'expiry');
    if (lost) {
      this.#revoke([connection], lost);
      return false;
    }
    this.#expiries.add(connection);
    return true;
  }

  /** Ends the watch. Harmless for a connection that is not, or no longer, watched. */
  remove(connection: AuthorisedConnection): void {
    this.#forget(connection);
  }

  /** Ends every connection with this token, and those that are being opened with it. */
  revokeToken(tokenId: string): void {
    this.kills.record({ kind: 'token', tokenId });
    this.#revoke(this.#byToken.get(tokenId), 'token');
  }

  /** Ends every connection of this account, and those that are being opened for it. */
  revokeAccount(accountId: string): void {
    this.kills.record({ kind: 'account', accountId });
    this.#revoke(this.#byAccount.get(accountId), 'account');
  }

  /** Ends every open connection with a token that has turned out to be no longer valid, although no kill came. */
  revokeInvalid(tokenId: string): void {
    this.#revoke(this.#byToken.get(tokenId), 'revalidation');
  }

  /** The tokens of all open connections, each once. */
  tokenIds(): string[] {
    return this.#byToken.keys();
  }

  onApplicationShutdown(): void {
    this.#expiries.clear();
  }

  #revoke(connections: readonly AuthorisedConnection[], reason: RevocationReason): void {
    for (const connection of connections) {
      // Forgotten first: ending it makes its owner remove it, and perhaps others of the list.
      if (!this.#forget(connection)) {
        continue;
      }
      try {
        connection.revoke();
        this.statistics.revoked[reason]++;
      } catch (error) {
        // Watched again, so that re-validation finds its token and tries once more.
        this.#watch(connection);
        this.#logger.error('A connection could not be ended', error);
      }
    }
  }

  #watch(connection: AuthorisedConnection): void {
    const { tokenId, accountId } = connection.viewer;
    this.#byToken.add(tokenId, connection);
    this.#byAccount.add(accountId, connection);
  }

  /** @returns whether it was watched */
  #forget(connection: AuthorisedConnection): boolean {
    const { tokenId, accountId } = connection.viewer;
    this.#expiries.delete(connection);
    this.#byAccount.delete(accountId, connection);
    return this.#byToken.delete(tokenId, connection);
  }
}
