import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of PostgreSQL, with which a test makes the server unreachable or slow. */
export class TcpProxy {
  readonly #sockets = new Set<Socket>();
  readonly #target: URL;
  #server: Server | undefined;
  #port = 0;
  #hangs = false;
  #actsAsPooler = false;

  private constructor(target: string) {
    this.#target = new URL(target);
  }

  static async to(target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await proxy.accept();
    return proxy;
  }

  get url(): string {
    const url = new URL(this.#target);
    url.hostname = '127.0.0.1';
    url.port = String(this.#port);
    return url.href;
  }

  /** Forwards connections to the server. */
  async accept(): Promise<void> {
    this.#hangs = false;
    await this.refuse();
    this.#server = createServer((client) => {
      this.#join(client);
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Replaces the backend's process id, as PgBouncer does. */
  actAsPooler(): void {
    this.#actsAsPooler = true;
  }

  /** Accepts connections, but forwards nothing. */
  hang(): void {
    this.#hangs = true;
  }

  /** Ends all connections and refuses new ones. */
  async refuse(): Promise<void> {
    this.#sockets.forEach((socket) => socket.destroy());
    const server = this.#server;
    this.#server = undefined;
    if (server) {
      server.close();
      await once(server, 'close');
    }
  }

  #join(client: Socket): void {
    const ends = [client];
    if (!this.#hangs) {
      const host = this.#target.searchParams.get('host') ?? this.#target.hostname;
      const port = Number(this.#target.port || 5432);
      const server = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
      client.pipe(server);
      server.on('data', (bytes: Buffer) => client.write(this.#actsAsPooler ? withOtherProcessId(bytes) : bytes));
      server.on('end', () => client.end());
      ends.push(server);
    }
    for (const end of ends) {
      this.#sockets.add(end);
      end.on('error', () => undefined);
      end.on('close', () => {
        this.#sockets.delete(end);
        ends.forEach((other) => other.destroy());
      });
    }
  }
}

/** Changes the process id in BackendKeyData: `K`, the length 12, the process id, a secret. */
function withOtherProcessId(bytes: Buffer): Buffer {
  const at = bytes.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
  if (at >= 0) {
    bytes.writeInt32BE(bytes.readInt32BE(at + 5) + 1, at + 5);
  }
  return bytes;
}
