import { runAfterExit } from '@fedistream/services';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { Publisher } from './publisher.js';
import { defaultTimeoutMs, until } from './until.js';

const main = join(import.meta.dirname, '..', '..', '..', 'streaming', 'dist', 'main.js');

/** A first start with the embedded database takes several seconds, and more on a busy machine. */
const startsWithinMs = 120_000;

/** One line of the server's log, parsed. */
export type LogLine = Readonly<Record<string, unknown>>;

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The server as it is shipped: the built program in a process of its own. */
export class Server {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #exit: Promise<Exit>;
  #address = '';
  #ended = false;

  private constructor(env: Readonly<Record<string, string>>, execPath = process.execPath, program = main) {
    const child = fork(program, {
      execPath,
      // Nothing of this process' environment: its REDIS_URL is not meant for the server.
      env: { PATH: process.env['PATH'], NODE_ENV: 'test', PORT: '0', LOG_LEVEL: 'info', DEMO: 'false', ...env },
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    for (const output of [child.stdout, child.stderr]) {
      if (output) {
        createInterface(output).on('line', (line) => this.#lines.push(line));
      }
    }
    const forget = runAfterExit(`kill -KILL ${String(child.pid)}`);
    this.#exit = once(child, 'close').then(([code, signal]) => {
      forget();
      this.#ended = true;
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
  }

  /**
   * Starts the server on a free port and waits until it serves.
   *
   * @param env its settings; nothing else reaches it
   * @param execPath the `node` that runs it; the one that runs the tests when absent
   * @param program its main file; the workspace's when absent
   * @throws Error with what the server said when it ends instead
   */
  static async start(env: Readonly<Record<string, string>>, execPath?: string, program?: string): Promise<Server> {
    const server = Server.launch(env, execPath, program);
    const { address } = await server
      .logged(({ msg }) => msg === 'listening')
      .catch(async (error: unknown) => {
        await server.kill();
        throw error;
      });
    server.#address = String(address);
    return server;
  }

  /** Starts the server and does not wait: for tests of a start that fails. */
  static launch(env: Readonly<Record<string, string>>, execPath?: string, program = main): Server {
    if (!existsSync(program)) {
      throw new Error(`${program} is missing: run "npm run build" before the end-to-end tests.`);
    }
    return new Server(env, execPath, program);
  }

  /** Where it listens, as it says: `http://127.0.0.1:41234`, or the path of its socket. */
  get address(): string {
    return this.#address;
  }

  /** The URL of a path: `/metrics`. */
  url(path: string, protocol: 'http' | 'ws' = 'http'): URL {
    const url = new URL(path, this.#address);
    url.protocol = protocol;
    return url;
  }

  /** The TCP port. */
  get port(): number {
    return Number(new URL(this.#address).port);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Whether it runs still. */
  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Settles when the process has ended, whatever ended it, and all its output is here. */
  get exited(): Promise<Exit> {
    return this.#exit;
  }

  /** Settles when the process has ended, with all that it has printed. */
  async output(): Promise<string> {
    await this.#exit;
    return this.outputSoFar;
  }

  /**
   * What has been read of its output. A line may reach this process later than the response that it belongs to, so this
   * proves only that something is absent. {@link printed} and {@link logged} wait for what is expected.
   */
  get outputSoFar(): string {
    return this.#lines.join('\n');
  }

  /** The lines of its log that are JSON, from the beginning; see {@link outputSoFar}. */
  get logSoFar(): LogLine[] {
    return this.#lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine);
  }

  /** The first line of the log that matches, printed before or from now on. Fails when the server ends without it. */
  logged(matches: (line: LogLine) => boolean): Promise<LogLine> {
    return this.#untilRead('the server logs what is expected', () => this.logSoFar.find(matches));
  }

  /** Waits until its output contains this text. Fails when the server ends without it. */
  async printed(text: string): Promise<void> {
    await this.#untilRead(`the server prints ${JSON.stringify(text)}`, () => this.outputSoFar.includes(text));
  }

  /** The in-memory broker of this server (BROKER=memory), which takes messages from the process that started it. */
  get publisher(): Publisher {
    return {
      name: 'memory',
      publish: (channel, text) =>
        new Promise((resolve, reject) => {
          this.#child.send({ channel, text }, (error) => {
            if (error) {
              reject(error);
            } else {
              resolve();
            }
          });
        }),
      close: () => Promise.resolve(),
    };
  }

  /** Sends a signal and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to end and waits until it has; SIGTERM as a service manager sends it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.#child.kill(signal);
    const tooLate = setTimeout(() => this.#child.kill('SIGKILL'), defaultTimeoutMs);
    const exit = await this.#exit;
    clearTimeout(tooLate);
    return exit;
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  #untilRead<Result>(what: string, read: () => Result | undefined | false): Promise<Result> {
    return until(
      what,
      () => {
        // In this order: what the process printed at its end is read before it counts as ended.
        const ended = this.#ended;
        const result = read();
        if (ended && (result === undefined || result === false)) {
          throw new Error(`The server ended. It said:\n${this.outputSoFar}`);
        }
        return result;
      },
      startsWithinMs,
    );
  }
}
