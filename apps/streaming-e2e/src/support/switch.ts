import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';

/** A TCP address in front of one server after the other, as a load balancer is that routes round a server. */
export class Switch {
  readonly #listener: TcpServer;
  readonly #sockets = new Set<Socket>();
  #port: number;

  private constructor(port: number) {
    this.#port = port;
    this.#listener = createServer((client) => {
      const server = connect(this.#port, '127.0.0.1');
      this.#sockets.add(client).add(server);
      for (const [one, other] of [
        [client, server],
        [server, client],
      ] as const) {
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.#sockets.delete(one);
          other.end();
        });
      }
    });
  }

  /** @param port of the server that connections go to at first */
  static async to(port: number): Promise<Switch> {
    const instance = new Switch(port);
    instance.#listener.listen(0, '127.0.0.1');
    await once(instance.#listener, 'listening');
    return instance;
  }

  /** Where it listens. */
  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  /** New connections go to this server; open ones stay. */
  switchTo(port: number): void {
    this.#port = port;
  }

  /** Ends it, with all connections. */
  close(): void {
    this.#listener.close();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }
}
