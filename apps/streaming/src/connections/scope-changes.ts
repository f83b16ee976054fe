import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ConnectionRegistry, requireScopes } from '@fedistream/auth';
import type { Label } from '@fedistream/delivery';
import { StreamingError, toStreamingError, type ScopeSet, type Viewer } from '@fedistream/domain';
import { StreamFanouts, StreamRegistry } from '@fedistream/stream-kit/server';
import { LogThrottle } from '@fedistream/util';
import type { ClientConnection } from './client-connection.js';

/**
 * Ends the subscriptions that a token's changed scopes no longer allow, each by itself: those of streams that need another
 * scope, and those that would no longer be fed from all their channels, such as `user` without notifications. What stays
 * and what is subscribed to later has the new scopes.
 */
@Injectable()
export class ScopeChanges implements OnApplicationBootstrap {
  readonly #logger = new Logger('Streams');
  readonly #throttle = new LogThrottle();

  constructor(
    private readonly connections: ConnectionRegistry<ClientConnection>,
    private readonly fanouts: StreamFanouts,
    private readonly streams: StreamRegistry,
  ) {}

  /** Called by Nest. */
  onApplicationBootstrap(): void {
    this.connections.onScopesChanged = (connection, scopes) => {
      this.#apply(connection, scopes);
    };
  }

  #apply(connection: ClientConnection, scopes: ScopeSet): void {
    const before = connection.viewer;
    const after = { ...before, scopes };
    connection.changeViewer(after, (label) => {
      const refusal = this.#refusalOf(label, before, after);
      if (refusal !== undefined) {
        this.#count(label, after);
      }
      return refusal;
    });
  }

  #refusalOf(label: Label, before: Viewer, after: Viewer): StreamingError | undefined {
    const definition = this.streams.find(label[0]);
    if (definition === undefined) {
      return undefined;
    }
    try {
      requireScopes(after, definition.scopes);
      return this.fanouts.losesChannels(definition.requestWith(label), before, after)
        ? new StreamingError('missingScope')
        : undefined;
    } catch (failure) {
      return toStreamingError(failure);
    }
  }

  #count([name]: Label, { accountId, tokenId }: Viewer): void {
    this.streams.statistics.of(this.streams.find(name)?.names[0] ?? name).withdrawn += 1;
    this.#throttle.run((suffix) => {
      this.#logger.log({
        msg: `The scopes of a token no longer allow stream "${name}"; its subscription was ended${suffix}`,
        accountId,
        tokenId,
      });
    });
  }
}
