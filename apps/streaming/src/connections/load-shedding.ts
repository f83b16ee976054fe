import { Injectable, Logger } from '@nestjs/common';
import { ConnectionRegistry } from '@fedistream/auth';
import type { ClientConnection } from './client-connection.js';
import { ConnectionCloser } from './connection-closer.js';
import { closeGradually } from './gradual-close.js';
import { Readiness } from './readiness.js';

/**
 * Sends some of the clients to other servers when an operator asks for it: after restarts one process holds most of them. No
 * process does so by itself, because none knows how many the others hold.
 */
@Injectable()
export class LoadShedding {
  readonly #logger = new Logger(LoadShedding.name);
  #active = false;

  constructor(
    private readonly closer: ConnectionCloser,
    private readonly readiness: Readiness,
    private readonly registry: ConnectionRegistry<ClientConnection>,
  ) {}

  /**
   * Begins to close connections, in random order over a window. Their clients are told to reconnect, and new ones are served
   * all the time.
   *
   * @param windowMs in milliseconds
   * @returns how many are closed, at most `count`; `undefined` while earlier ones are being closed, or the process drains
   */
  begin(count: number, windowMs: number): number | undefined {
    if (this.#active || this.readiness.leaving) {
      return undefined;
    }
    this.#active = true;
    const all = this.registry.all();
    const connections = takeRandom(all, count);
    this.#logger.warn({
      msg: 'shedding load',
      connections: connections.length,
      of: all.length,
      seconds: windowMs / 1_000,
    });
    const { length } = connections;
    void closeGradually(this.closer, connections, windowMs).then(() => {
      this.#active = false;
      this.#logger.log({ msg: 'load was shed', connections: length });
    });
    return length;
  }
}

/** So many of these, each with the same probability. */
function takeRandom<T>(values: readonly T[], count: number): T[] {
  const taken = [...values];
  for (let index = 0; index < Math.min(count, taken.length); index++) {
    const other = index + Math.floor(Math.random() * (taken.length - index));
    [taken[index], taken[other]] = [taken[other] as T, taken[index] as T];
  }
  return taken.slice(0, count);
}
