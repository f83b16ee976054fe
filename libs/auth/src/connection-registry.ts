import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { ScopeSet } from '@fedistream/domain';
import { AuthStatistics } from './auth-statistics.js';
import type { RevocationReason } from './auth-statistics.js';
import type { AuthorisedConnection } from './authorised-connection.js';
import { CompactMultimap, TurnQueue } from '@fedistream/util';
import { ExpiryTimer, hasExpired } from './expiry-timer.js';
import { RecentKills } from './recent-kills.js';
import type { KillSequence } from './recent-kills.js';

/** Closing a connection takes up to 0.4 ms, so this many block the event loop for up to 40 ms. */
const endedPerTurn = 100;

/**
 * The one registry of this process's open connections, and the only code that ends them for lack of authorisation: after
 * a kill of their token or account, at the token's expiry, or when re-validation finds the token invalid. All of them are
 * silenced at once, and ended in slices: thousands of connections must not block the event loop.
 *
 * The caller that opens a connection MUST add it, and MUST remove it when it ends for any reason.
 *
 * @typeParam C the connections of the application, for callers that list them
 */
@Injectable()
export class ConnectionRegistry<
  C extends AuthorisedConnection = AuthorisedConnection,
> implements OnApplicationShutdown {
  readonly #logger = new Logger(ConnectionRegistry.name);
  readonly #byToken = new CompactMultimap<string, C>();
  readonly #byAccount = new CompactMultimap<string, C>();
  readonly #expiryTimer = new ExpiryTimer((connection) => {
    this.#revoke([connection as C], 'expiry');
  });
  /** Connections that are silenced, but not ended. */
  readonly #revoking = new Map<C, RevocationReason>();
  readonly #revocations = new TurnQueue<C>(endedPerTurn, (connection) => {
    this.#end(connection);
  });

  /**
   * Called with a token whose kill may have been lost while its connection was being opened. `Revalidation` sets it to look
   * the token up again.
   */
  onDoubt: (tokenId: string) => void = () => undefined;

  /**
   * Called with an open connection whose token has other scopes than its viewer. The application gives the connection the
   * new ones, and ends what they no longer allow.
   */
  onScopesChanged: (connection: C, scopes: ScopeSet) => void = () => undefined;

  constructor(
    private readonly kills: RecentKills,
    private readonly statistics: AuthStatistics,
  ) {}

  /**
   * Registers a connection. Revokes it at once when its token or account was killed, or its token expired, since its
   * authentication began.
   *
   * @param authenticatedAt `Authentication.killSequence`
   * @returns whether the connection may stay open; if not, it has been revoked
   */
  add(connection: C, authenticatedAt: KillSequence): boolean {
    this.#register(connection);
    const lost = this.kills.since(authenticatedAt, connection.viewer) ?? (hasExpired(connection) && 'expiry');
    if (lost) {
      this.#revoke([connection], lost);
      return false;
    }
    this.#expiryTimer.add(connection);
    if (this.kills.gapSince(authenticatedAt)) {
      this.onDoubt(connection.viewer.tokenId);
    }
    return true;
  }

  /** Removes a connection. Does nothing for one that is not registered. */
  remove(connection: C): void {
    this.#unregister(connection);
    this.#revoking.delete(connection);
  }

  /** Ends every connection of this token, and those that are being opened with it. */
  revokeToken(tokenId: string): void {
    this.kills.record({ kind: 'token', tokenId });
    this.#revoke(this.#byToken.get(tokenId), 'token');
  }

  /** Ends every connection of this account, and those that are being opened for it. */
  revokeAccount(accountId: string): void {
    this.kills.record({ kind: 'account', accountId });
    this.#revoke(this.#byAccount.get(accountId), 'account');
  }

  /** Ends every open connection of a token that re-validation found invalid, although no kill arrived. */
  revokeInvalid(tokenId: string): void {
    this.#revoke(this.#byToken.get(tokenId), 'revalidation');
  }

  /** Compares the scopes of the token's open connections with its present ones, see {@link onScopesChanged}. */
  updateScopes(tokenId: string, scopes: ScopeSet): void {
    for (const connection of this.#byToken.get(tokenId)) {
      if (!areEqual(connection.viewer.scopes, scopes)) {
        this.onScopesChanged(connection, scopes);
      }
    }
  }

  /** Records that kills may have been lost: the tokens of connections that are being opened are looked up again. */
  recordGap(): void {
    this.kills.recordGap();
  }

  /** The tokens of all open connections, each once: a copy. */
  tokenIds(): string[] {
    return this.#byToken.keys();
  }

  /** How many connections of this token are open. O(1). */
  countOfToken(tokenId: string): number {
    return this.#byToken.count(tokenId);
  }

  /** How many connections of this account are open. O(1). */
  countOfAccount(accountId: string): number {
    return this.#byAccount.count(accountId);
  }

  /** All open connections: a copy, so that connections may end while it is iterated. O(n). */
  all(): C[] {
    return this.#byToken.keys().flatMap((tokenId) => this.#byToken.get(tokenId));
  }

  onApplicationShutdown(): void {
    this.#expiryTimer.clear();
  }

  #revoke(connections: readonly C[], reason: RevocationReason): void {
    const revoked = connections.filter((connection) => this.#unregister(connection));
    for (const connection of revoked) {
      connection.silence();
      this.#revoking.set(connection, reason);
    }
    this.#revocations.add(revoked);
  }

  #end(connection: C): void {
    const reason = this.#revoking.get(connection);
    if (reason === undefined) {
      // The connection has ended meanwhile.
      return;
    }
    this.#revoking.delete(connection);
    try {
      connection.revoke();
      this.statistics.revoked[reason]++;
    } catch (error) {
      // Registered again, so that re-validation finds its token and tries once more.
      this.#register(connection);
      this.#logger.error('A revoked connection could not be ended; the next re-validation tries again', error);
    }
  }

  #register(connection: C): void {
    const { tokenId, accountId } = connection.viewer;
    this.#byToken.add(tokenId, connection);
    this.#byAccount.add(accountId, connection);
  }

  /** @returns whether it was registered */
  #unregister(connection: C): boolean {
    const { tokenId, accountId } = connection.viewer;
    this.#expiryTimer.delete(connection);
    this.#byAccount.delete(accountId, connection);
    return this.#byToken.delete(tokenId, connection);
  }
}

function areEqual(one: ScopeSet, other: ScopeSet): boolean {
  return one.size === other.size && [...one].every((scope) => other.has(scope));
}
