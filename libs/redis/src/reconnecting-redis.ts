import { type Callback, Redis, type RedisOptions, ReplyError } from 'ioredis';
import type { ReconnectBackoff } from './reconnect-backoff.js';
import type { SentinelAddress } from './redis-settings.js';

/** How long an announced master is compared, in ms. Sentinels may know it by another address than this host. */
const announcementMs = 30_000;

/** A connection that lasts this long counts as working, in ms. A server that refuses commands closes connections earlier. */
const stableMs = 60_000;

/** Errors for a password that the server does not require. The connection works without it. */
const needlessPassword = /no password is set|without any password configured/;

/** A command with the untyped arguments with which ioredis calls it. */
type Command<T> = (...args: unknown[]) => Promise<T>;

/** A client of ioredis that reconnects until it is closed, and keeps the error with which Redis refused a connection. */
export class ReconnectingRedis extends Redis {
  /** The server or Sentinels that it connects to, for log lines: no user, no password. */
  readonly target: string;
  readonly #backoff: ReconnectBackoff;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;
  #stable: NodeJS.Timeout | undefined;
  #refusal: unknown;
  #announced: { readonly host: string; readonly port: number; readonly untilMs: number } | undefined;

  constructor(options: RedisOptions, backoff: ReconnectBackoff, target: string) {
    const retryStrategy = (): number => backoff.next();
    super({ ...options, retryStrategy, replyMapping: 'legacy' });
    this.target = target;
    this.#backoff = backoff;
    this.on('ready', () => {
      this.#stable = setTimeout(() => {
        this.confirmWorking();
      }, stableMs).unref();
      this.#leaveOldMaster();
    });
    this.on('close', () => {
      clearTimeout(this.#stable);
    });
    // ioredis ends for good when an attempt fails before there is a connection, for example because it was interrupted.
    this.on('end', () => {
      if (!this.#closed) {
        this.#retry = setTimeout(() => {
          this.connect().catch(() => undefined); // The reason comes as an `error` event.
        }, this.#backoff.next());
      }
    });
  }

  /**
   * The error with which Redis refused the last connection, such as too many clients. Redis may close the connection at once;
   * then the error of the socket, such as EPIPE, would hide it.
   */
  get refusal(): unknown {
    return this.#refusal;
  }

  /** Whether {@link disconnect} has ended it for good. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Declares that the commands of this connection succeed, so that the back-off starts again. A connection that has lasted a
   * minute counts as working without this call.
   */
  confirmWorking(): void {
    this.#refusal = undefined;
    this.#backoff.reset();
  }

  /** Handles the announcement of a new master: disconnects from any other server. */
  announceMaster({ host, port }: SentinelAddress): void {
    this.#announced = { host, port, untilMs: performance.now() + announcementMs };
    this.#leaveOldMaster();
  }

  /** Part of each handshake. ioredis would print some errors of the password on the console. */
  override hello(...args: unknown[]): Promise<unknown[]> {
    return this.#handshake(() => (super.hello as Command<unknown[]>).apply(this, args), []);
  }

  /** As {@link hello}, for servers before Redis 6. */
  override auth(...args: unknown[]): Promise<'OK'> {
    return this.#handshake(() => (super.auth as Command<'OK'>).apply(this, args), 'OK');
  }

  /**
   * Part of each handshake. ioredis would continue in database 0 when there is no database with this number, or the user
   * may not select it. Here the connection is closed and retried, and an `error` event has the error.
   */
  override async select(database: number | string): Promise<'OK'> {
    try {
      return await super.select(database);
    } catch (error) {
      if (!(error instanceof ReplyError)) {
        throw error;
      }
      this.#refusal = error;
      this.silentEmit('error', error);
      super.disconnect(true);
      // ioredis continues the handshake when this settles, and would count the connection as ready.
      return new Promise(() => undefined);
    }
  }

  /**
   * Part of each handshake: whether Redis is still loading, and its role. If ACL rules forbid it, the connection is used
   * without it, as ioredis does; but ioredis prints that on the console.
   */
  override info(...args: unknown[]): Promise<string> {
    const callback = typeof args.at(-1) === 'function' ? (args.pop() as Callback<string>) : undefined;
    const answer = (super.info as Command<string>).apply(this, args).catch((error: unknown) => {
      if (callback !== undefined && error instanceof Error && error.message.startsWith('NOPERM')) {
        return '';
      }
      throw error;
    });
    if (callback !== undefined) {
      answer.then((text) => {
        callback(null, text);
      }, callback);
    }
    return answer;
  }

  /** Closes the client for good; with `reconnect`, as ioredis calls it internally, only the connection. */
  override disconnect(reconnect = false): void {
    if (!reconnect) {
      this.#closed = true;
      clearTimeout(this.#retry);
    }
    super.disconnect(reconnect);
  }

  async #handshake<T>(send: () => Promise<T>, withoutPassword: T): Promise<T> {
    try {
      return await send();
    } catch (failure) {
      const error: unknown = failure;
      if (error instanceof Error && error instanceof ReplyError) {
        if (needlessPassword.test(error.message)) {
          return withoutPassword;
        }
        this.#refusal = error;
      }
      throw error;
    }
  }

  #leaveOldMaster(): void {
    if (this.status !== 'ready' || this.#announced === undefined) {
      return;
    }
    const { host, port, untilMs } = this.#announced;
    const { remoteAddress, remotePort } = this.stream;
    // An IPv4 address on an IPv6 socket is written ::ffff:192.0.2.1.
    const isMaster = remotePort === port && remoteAddress?.replace(/^::ffff:/, '') === host;
    if (isMaster || performance.now() > untilMs) {
      this.#announced = undefined;
      return;
    }
    this.disconnect(true);
  }
}
