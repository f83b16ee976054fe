import { Injectable } from '@nestjs/common';
import { ConnectionRegistry } from '@fedistream/auth';
import { StreamingError, type Viewer } from '@fedistream/domain';
import { ClientAddress } from './client-address.js';
import type { ClientConnection } from './client-connection.js';

/** How many connections may be open at a time. */
export abstract class ConnectionLimitSettings {
  abstract readonly maxConnections: number;
  abstract readonly maxConnectionsPerAccount: number;
  abstract readonly maxConnectionsPerToken: number;
  abstract readonly maxConnectionsPerAddress: number;
}

/**
 * Limits the open connections of an account, a token, an address and the process. Each check is O(1). A trusted proxy that
 * does not tell its clients' addresses is not limited: all clients would share its limit.
 */
@Injectable()
export class ConnectionLimits {
  readonly #byAddress = new Map<string, number>();
  #total = 0;

  constructor(
    private readonly addresses: ClientAddress,
    private readonly registry: ConnectionRegistry<ClientConnection>,
    private readonly settings: ConnectionLimitSettings,
  ) {}

  /** @throws StreamingError `tooManyConnections` when one more would exceed a limit */
  require({ accountId, tokenId }: Viewer, address: string): void {
    const { settings, registry } = this;
    if (
      this.#total >= settings.maxConnections ||
      registry.countOfAccount(accountId) >= settings.maxConnectionsPerAccount ||
      registry.countOfToken(tokenId) >= settings.maxConnectionsPerToken ||
      (!this.addresses.isProxy(address) && (this.#byAddress.get(address) ?? 0) >= settings.maxConnectionsPerAddress)
    ) {
      throw new StreamingError('tooManyConnections');
    }
  }

  /** Counts an open connection. */
  add({ address }: ClientConnection): void {
    this.#total += 1;
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
  }

  /** Stops counting a connection that was added. */
  remove({ address }: ClientConnection): void {
    this.#total -= 1;
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left > 0) {
      this.#byAddress.set(address, left);
    } else {
      this.#byAddress.delete(address);
    }
  }
}
