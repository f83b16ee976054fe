import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** The answer to a command, in RESP, from a server that may also do something with the connection. */
export type Script = (words: readonly string[], connection: Socket) => Promise<string> | string;

/** The words as a list in RESP. */
export function list(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map(bulk).join('')}`;
}

/** The text as a string in RESP. */
export function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

/**
 * A Redis or a Sentinel that says what a test wants, when the test wants it. Understands commands of plain words,
 * answers them one after the other, and knows only RESP2.
 */
export class ScriptedServer {
  readonly #connections = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly script: Script,
  ) {
    server.on('connection', (connection) => void this.#serve(connection));
  }

  /** Starts one on a free port. */
  static async start(script: Script): Promise<ScriptedServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ScriptedServer(server, script);
  }

  get port(): number {
    const address = this.server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }

  /** Ends all connections. */
  hangUp(): void {
    for (const connection of this.#connections) {
      connection.destroy();
    }
  }

  /** Ends the server. */
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
