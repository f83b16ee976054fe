import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { LogThrottle } from '@fedistream/util';
import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:net';

/** Descriptors that clients never take: for the pool of PostgreSQL, Redis, the internal listener, probes and files. */
const reserved = 64;

/**
 * Keeps file descriptors free for Redis, PostgreSQL and the internal listener: clients beyond the rest are disconnected at once.
 * Without it a storm of clients would take the descriptors that Redis, PostgreSQL and the operator need.
 */
@Injectable()
export class DescriptorReserve implements OnApplicationBootstrap {
  /** Connections since the start that were closed at once. */
  dropped = 0;

  readonly #logger = new Logger(DescriptorReserve.name);
  readonly #throttle = new LogThrottle();

  constructor(private readonly host: HttpAdapterHost) {}

  /** Called by Nest. Does nothing where the limit cannot be read, as on macOS. */
  onApplicationBootstrap(): void {
    // There is no adapter in an application without HTTP.
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    const limit = descriptorLimit();
    if (adapter !== undefined && limit !== undefined) {
      this.apply(adapter.getHttpServer() as Server, limit, openDescriptors());
    }
  }

  /** Bounds the connections of a server. @param open how many descriptors are open without a client */
  apply(server: Server, limit: number, open: number): void {
    const forClients = Math.max(Math.floor(limit / 4), limit - open - reserved);
    server.maxConnections = forClients;
    server.on('drop', () => {
      this.dropped += 1;
      this.#throttle.run((suffix) => {
        this.#logger.error({
          msg: `Connections of clients are dropped: all file descriptors but a reserve are in use; raise the limit of this process (LimitNOFILE, ulimit -n)${suffix}`,
          limit,
          forClients,
        });
      });
    });
  }
}

/** The limit of open files of this process. */
function descriptorLimit(): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
