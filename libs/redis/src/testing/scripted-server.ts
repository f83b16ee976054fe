import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** Makes the answer to a command, in RESP. It may use the connection for other messages. */
export type Script = (words: readonly string[], connection: Socket) => Promise<string> | string;

/** An array of bulk strings in RESP. */
export function list(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map(bulk).join('')}`;
}

/** A bulk string in RESP. */
export function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

/**
 * A Redis or a Sentinel whose answers a test scripts. It reads commands of plain words, answers them one after the other,
 * and speaks RESP2 only.
 */
export class ScriptedServer {
  readonly #connections = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly script: Script,
  ) {
    server.on('connection', (connection) => void this.#serve(connection));
  }

  /** Starts a server on a free port. */
  static async start(script: Script): Promise<ScriptedServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ScriptedServer(server, script);
  }

  get port(): number {
    const address = this.server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }

  /** Closes all connections. */
  hangUp(): void {
    for (const connection of this.#connections) {
      connection.destroy();
    }
  }

  /** Stops the server and closes all connections. */
  stop(): void {
    this.server.close();
    this.hangUp();
  }

  async #serve(connection: Socket): Promise<void> {
    this.#connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('close', () => this.#connections.delete(connection));
    let words: string[] = [];
    let expected = 0;
    for await (const line of createInterface({ input: connection })) {
      if (line.startsWith('*')) {
        expected = Number(line.slice(1));
        words = [];
      } else if (!line.startsWith('$')) {
        words.push(line);
        if (words.length === expected) {
          connection.write(
            words[0] === 'hello' ? "-ERR unknown command 'HELLO'\r\n" : await this.script(words, connection),
          );
        }
      }
    }
  }
}
