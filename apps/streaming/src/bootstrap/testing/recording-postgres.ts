import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a client has said before its first statement. */
export interface Greeting {
  /** Whether it asked for encryption first. */
  readonly encryption: boolean;
  /** `user`, `database` and others of the startup message. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly password: string;
}

const sslRequest = 80_877_103;
const cleartextPassword = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

/**
 * A PostgreSQL that has no encryption, asks for a password in clear text, and then refuses with `3D000` (no such
 * database). https://www.postgresql.org/docs/current/protocol-flow.html
 */
export class RecordingPostgres {
  readonly greetings: Greeting[] = [];
  #encryption = false;

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.#serve(socket);
    });
  }

  /** @param address a free port of 127.0.0.1 when absent, or the path of a unix socket */
  static async start(address?: string): Promise<RecordingPostgres> {
    const server = address === undefined ? createServer().listen(0, '127.0.0.1') : createServer().listen(address);
    await once(server, 'listening');
    return new RecordingPostgres(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
  }

  #serve(socket: Socket): void {
    let received = Buffer.alloc(0);
    let parameters: Readonly<Record<string, string>> | undefined;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const lengthAt = parameters === undefined ? 0 : 1;
      while (received.length >= lengthAt + 4 && received.length >= lengthAt + received.readInt32BE(lengthAt)) {
        const end = lengthAt + received.readInt32BE(lengthAt);
        const message = received.subarray(lengthAt + 4, end);
        received = received.subarray(end);
        if (parameters !== undefined) {
          const password = message.toString('utf8', 0, message.length - 1);
          this.greetings.push({ encryption: this.#encryption, parameters, password });
          this.#encryption = false;
          socket.end(refusal());
          return;
        }
        if (message.readInt32BE(0) === sslRequest) {
          this.#encryption = true;
          socket.write('N');
          continue;
        }
        parameters = pairs(message.subarray(4));
        socket.write(cleartextPassword);
        return;
      }
    });
  }
}

function pairs(message: Buffer): Readonly<Record<string, string>> {
  const texts = message.toString('utf8').split('\0');
  return Object.fromEntries(
    texts.flatMap((name, index) => (index % 2 === 0 && name !== '' ? [[name, texts[index + 1] ?? '']] : [])),
  );
}

function refusal(): Buffer {
  const fields = Buffer.from('SFATAL\0VFATAL\0C3D000\0Mno such database\0\0');
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
