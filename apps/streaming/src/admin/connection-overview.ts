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
      byTransport: counted(connections),
      byStream: grouped(connections, ({ labels }) => labels.map(([name]) => name)),
      byAccount: grouped(connections, ({ viewer }) => [viewer.accountId]),
      byToken: grouped(connections, ({ viewer }) => [viewer.tokenId]),
      byAddress: grouped(connections, ({ address }) => [address]),
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

function counted(connections: readonly ClientConnection[]): Record<string, number> {
  const counts = { websocket: 0, eventsource: 0 };
  for (const { framing } of connections) {
    counts[framing.type] += 1;
  }
  return counts;
}

interface Group {
  connections: number;
  oldestMs: number;
  waitingBytes: number;
}

/** The connections by what they have in common, the 20 largest groups first. A connection counts once in each group. */
function grouped(
  connections: readonly ClientConnection[],
  keysOf: (connection: ClientConnection) => readonly string[],
): Readonly<Record<string, object>> {
  const groups = new Map<string, Group>();
  for (const connection of connections) {
    for (const key of new Set(keysOf(connection))) {
      const group = groups.get(key) ?? { connections: 0, oldestMs: Infinity, waitingBytes: 0 };
      group.connections += 1;
      group.oldestMs = Math.min(group.oldestMs, connection.openedAtMs);
      group.waitingBytes += connection.bufferedBytes;
      groups.set(key, group);
    }
  }
  return Object.fromEntries(
    [...groups]
      .sort(([, one], [, other]) => other.connections - one.connections)
      .slice(0, longestList)
      .map(([key, { oldestMs, ...group }]) => [key, { ...group, oldest: new Date(oldestMs).toISOString() }]),
  );
}
