import { connect, createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { once } from 'node:events';

const connectWithinMs = 1_000;

/**
 * A TCP proxy between clients and servers. It sends each connection to the first server that accepts it, as a load
 * balancer with stand-bys does, and can disturb the network: {@link cut} and {@link freeze}.
 */
export class Balancer {
  readonly #listener: TcpServer;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #frozen = false;
  /** The ports of the servers, the preferred one first. */
  backends: readonly number[] = [];

  private constructor(listener: TcpServer) {
    this.#listener = listener;
    listener.on('connection', (client) => {
      client.on('error', ignore);
      void this.#forward(client);
    });
  }

  /** Starts to listen on a free port of 127.0.0.1. */
  static async open(): Promise<Balancer> {
    const listener = createServer({ pauseOnConnect: true });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new Balancer(listener);
  }

  /** Where it listens. */
  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  /** Breaks every connection off, without a word to either side. */
  cut(): void {
    for (const sockets of this.#pairs) {
      for (const socket of sockets) {
        socket.destroy();
      }
    }
  }

  /** Passes no bytes on, in either direction, until {@link thaw}. Connections stay open. */
  freeze(): void {
    this.#frozen = true;
    for (const sockets of this.#pairs) {
      for (const socket of sockets) {
        socket.pause();
      }
    }
  }

  /** Continues after {@link freeze}. */
  thaw(): void {
    this.#frozen = false;
    for (const sockets of this.#pairs) {
      for (const socket of sockets) {
        socket.resume();
      }
    }
  }

  /** Ends all connections and stops listening. */
  async close(): Promise<void> {
    this.cut();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  async #forward(client: Socket): Promise<void> {
    for (const port of this.backends) {
      const server = await reached(port);
      if (server !== undefined) {
        this.#join(client, server);
        return;
      }
    }
    client.destroy();
  }

  #join(client: Socket, server: Socket): void {
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [server, client] as const]) {
      from.pipe(to);
      from.once('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
      if (this.#frozen) {
        from.pause();
      }
    }
  }
}

/** A connection to this port; `undefined` when none is accepted. */
function reached(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: connectWithinMs });
    const fail = () => {
      socket.destroy();
      resolve(undefined);
    };
    socket.once('error', fail).once('timeout', fail);
    socket.once('connect', () => {
      socket.off('error', fail).off('timeout', fail).setTimeout(0);
      socket.on('error', ignore);
      resolve(socket);
    });
  });
}

function ignore(): void {
  // 'close' follows.
}
