import { Injectable } from '@nestjs/common';
import { ConnectionRegistry } from '@fedistream/auth';
import type { ClientConnection } from '../connections/client-connection.js';

/** Which connections are meant: all that match every given member. */
export interface ConnectionFilter {
  readonly account?: string;
  readonly token?: string;
  readonly address?: string;
  /** The name of a stream, as `public:local`. */
  readonly stream?: string;
}

const longestList = 20;

/** Answers an operator's questions about open connections. Each answer is O(n), and costs nothing until it is asked for. */
@Injectable()
export class ConnectionOverview {
  constructor(private readonly registry: ConnectionRegistry<ClientConnection>) {}

  /** The connections that match. */
  find({ account, token, address, stream }: ConnectionFilter): ClientConnection[] {
    return this.registry
      .all()
      .filter(
        (connection) =>
          (account === undefined || connection.viewer.accountId === account) &&
          (token === undefined || connection.viewer.tokenId === token) &&
          (address === undefined || connection.address === address) &&
          (stream === undefined || connection.labels.some(([name]) => name === stream)),
      );
  }

  /** Totals of the connections that match, those with most connections, and the ones with most waiting output. */
  describe(filter: ConnectionFilter): object {
    const connections = this.find(filter);
    return {
      total: connections.length,
      byTransport: counted(connections.map(({ framing }) => framing.type)),
      byStream: counted(connections.flatMap(({ labels }) => labels.map(([name]) => name))),
      byAccount: counted(connections.map(({ viewer }) => viewer.accountId)),
      byToken: counted(connections.map(({ viewer }) => viewer.tokenId)),
      byAddress: counted(connections.map(({ address }) => address)),
      slowest: connections
        .sort((one, other) => other.bufferedBytes - one.bufferedBytes)
        .slice(0, longestList)
        .map((connection) => ({
          account: connection.viewer.accountId,
          token: connection.viewer.tokenId,
          address: connection.address,
          transport: connection.framing.type,
          openedAt: new Date(connection.openedAtMs).toISOString(),
          waitingBytes: connection.bufferedBytes,
          streams: connection.labels.length,
        })),
    };
  }
}

/** The values with their number, the most frequent 20. */
function counted(values: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([, one], [, other]) => other - one).slice(0, longestList));
}
