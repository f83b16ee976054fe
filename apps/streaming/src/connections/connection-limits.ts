import { Injectable } from '@nestjs/common';
import { ConnectionRegistry } from '@fedistream/auth';
import { StreamingError, type Viewer } from '@fedistream/domain';
import { ClientAddress } from './client-address.js';
import { networkOf } from './client-network.js';
import type { ClientConnection } from './client-connection.js';

/** How many connections may be open at a time. */
export abstract class ConnectionLimitSettings {
  abstract readonly maxConnections: number;
  abstract readonly maxConnectionsPerAccount: number;
  abstract readonly maxConnectionsPerToken: number;
  abstract readonly maxConnectionsPerAddress: number;
}

/**
 * The place of one connection within the limits, from before its first look-up. Its owner MUST hand it to
 * `ConnectionOpener.open` or release it.
 */
export class ConnectionReservation {
  /** The client's IP address, behind the trusted proxies. */
  readonly address: string;
  #settle: ((opened: boolean) => void) | undefined;

  /** Only limits make reservations: see {@link ConnectionLimits.reserve}. */
  constructor(address: string, settle: (opened: boolean) => void) {
    this.address = address;
    this.#settle = settle;
  }

  /** Gives the place up, because the client was refused or has left. Does nothing when it was given up or taken before. */
  release(): void {
    this.#settle?.(false);
    this.#settle = undefined;
  }

  /** The connection is open, and counts from now on until `ConnectionLimits.remove`. */
  take(): void {
    this.#settle?.(true);
    this.#settle = undefined;
  }
}

/**
 * Limits the connections of an account, a token, an address (or the /64 network of an IPv6 address) and the process: those that are open, and those that are being
 * opened. Each check is O(1). A trusted proxy that does not tell its clients' addresses is not limited: all clients would
 * share its limit.
 */
@Injectable()
export class ConnectionLimits {
  readonly #byNetwork = new Map<string, number>();
  /** Connections that are being opened; the registry counts those that are open. */
  readonly #openingByAccount = new Map<string, number>();
  readonly #openingByToken = new Map<string, number>();
  #total = 0;

  constructor(
    private readonly addresses: ClientAddress,
    private readonly registry: ConnectionRegistry<ClientConnection>,
    private readonly settings: ConnectionLimitSettings,
  ) {}

  /**
   * Counts a connection before it is opened, so that clients that connect at once cannot exceed a limit together.
   *
   * @throws StreamingError `tooManyConnections` when one more would exceed a limit
   */
  reserve(viewer: Viewer, address: string): ConnectionReservation {
    if (this.#isFull(viewer, address)) {
      throw new StreamingError('tooManyConnections');
    }
    this.#count(address, 1);
    this.#countOpening(viewer, 1);
    return new ConnectionReservation(address, (opened) => {
      this.#countOpening(viewer, -1);
      if (!opened) {
        this.#count(address, -1);
      }
    });
  }

  /** Stops counting a connection that was open. */
  remove({ address }: ClientConnection): void {
    this.#count(address, -1);
  }

  #isFull({ accountId, tokenId }: Viewer, address: string): boolean {
    const { settings, registry } = this;
    const ofAccount = registry.countOfAccount(accountId) + (this.#openingByAccount.get(accountId) ?? 0);
    const ofToken = registry.countOfToken(tokenId) + (this.#openingByToken.get(tokenId) ?? 0);
    return (
      this.#total >= settings.maxConnections ||
      ofAccount >= settings.maxConnectionsPerAccount ||
      ofToken >= settings.maxConnectionsPerToken ||
      // The count first: whether an address is a proxy's takes comparing it with networks.
      ((this.#byNetwork.get(networkOf(address)) ?? 0) >= settings.maxConnectionsPerAddress &&
        !this.addresses.isProxy(address))
    );
  }

  #count(address: string, change: 1 | -1): void {
    this.#total += change;
    add(this.#byNetwork, networkOf(address), change);
  }

  #countOpening({ accountId, tokenId }: Viewer, change: 1 | -1): void {
    add(this.#openingByAccount, accountId, change);
    add(this.#openingByToken, tokenId, change);
  }
}

/** Keeps no entry of a key that counts nothing. */
function add(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) {
    counts.set(key, count);
  } else {
    counts.delete(key);
  }
}
