import { Connection } from '@fedistream/delivery';

/** A connection with what limits and operators need to know about it. */
export class ClientConnection extends Connection {
  readonly openedAtMs = Date.now();
  /** The client's IP address, behind the trusted proxies. */
  address = '';
}
