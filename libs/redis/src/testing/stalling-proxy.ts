import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Stands between a client and a server. While it stalls, bytes wait in both directions, as they do before a process that
 * is stopped (SIGSTOP): the server continues, and nothing is lost.
 */
export class StallingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #stalled = false;

  private constructor(target: URL) {
    this.#server = createServer((client) => {
      const server = connect(Number(target.port || 6379), target.hostname);
      client.pipe(server);
      server.pipe(client);
      for (const [end, other] of [
        [client, server],
        [server, client],
      ] as const) {
        this.#sockets.add(end);
        end.on('error', () => undefined);
        end.on('close', () => {
          this.#sockets.delete(end);
          other.destroy();
        });
        if (this.#stalled) {
          end.pause();
        }
      }
    });
  }

  /** Starts one before the server of a URL. */
  static async to(url: string): Promise<StallingProxy> {
    const proxy = new StallingProxy(new URL(url));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Lets nothing pass until {@link resume}. */
  stall(): void {
    this.#stalled = true;
    this.#sockets.forEach((socket) => socket.pause());
  }

  /** Lets everything pass that has waited. */
  resume(): void {
    this.#stalled = false;
    this.#sockets.forEach((socket) => socket.resume());
  }

  /** Ends all connections; new ones are let through. */
  cut(): void {
    this.#sockets.forEach((socket) => socket.destroy());
  }

  /** Ends everything. */
  close(): void {
    this.#server.close();
    this.cut();
  }
}
