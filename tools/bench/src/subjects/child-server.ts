import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { residentBytes } from '../figures/memory.js';
import type { Memory } from './subject.js';

/** What `npm start` and the image give to node; the bare server gets it, too, so that the difference is the program's. */
const startArgs = ['--enable-source-maps', '--max-semi-space-size=64'];

const probe = new URL('./memory-probe.js', import.meta.url).href;
const stoppedWithinMs = 10_000;
const answeredWithinMs = 30_000;
const wordsKept = 4_000;

/** How a server is started as a child. */
export interface ChildOptions {
  readonly program: string;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A server in a process of its own, started by us, with a way to ask for its memory. */
export class ChildServer {
  readonly pid: number;
  readonly #child: ChildProcess;
  #words = '';

  constructor({ program, args = [], nodeArgs = [], env }: ChildOptions) {
    const nodes = ['--expose-gc', '--import', probe, ...startArgs, ...nodeArgs];
    this.#child = spawn(process.execPath, [...nodes, program, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Ctrl-C in a terminal is for us; we then stop the server.
      detached: true,
    });
    this.pid = this.#child.pid ?? 0;
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output?.setEncoding('utf8').on('data', (text: string) => {
        this.#words = (this.#words + text).slice(-wordsKept);
      });
    }
  }

  /** Waits for the next message of the server's process that has this member. Rejects when the server ends instead. */
  async said<Key extends string>(member: Key, question?: string): Promise<Record<Key, number>> {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort(new Error(`The server did not answer in time. ${this.lastWords()}`));
    }, answeredWithinMs);
    const onExit = (): void => {
      controller.abort(new Error(`The server has ended. ${this.lastWords()}`));
    };
    this.#child.once('exit', onExit);
    try {
      if (question !== undefined) {
        this.#child.send(question);
      }
      for (;;) {
        const [message] = (await once(this.#child, 'message', { signal: controller.signal })) as [unknown];
        if (typeof message === 'object' && message !== null && member in message) {
          return message as Record<Key, number>;
        }
      }
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      clearTimeout(timer);
      this.#child.off('exit', onExit);
    }
  }

  /** Resident and live memory after a full garbage collection. */
  async memory(): Promise<Memory | undefined> {
    const { heap } = await this.said('heap', 'memory');
    const resident = residentBytes(this.pid);
    return resident === undefined ? undefined : { resident, heap };
  }

  /** Whether it still runs. */
  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The end of what it has written, for an error message. */
  lastWords(): string {
    return `Its last words:\n${this.#words}`;
  }

  /** Ends it: asks first, then insists. */
  async stop(): Promise<void> {
    if (!this.running) {
      return;
    }
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const tooLate = setTimeout(() => this.#child.kill('SIGKILL'), stoppedWithinMs);
    await exit;
    clearTimeout(tooLate);
  }
}

/** The path of a program of this tool, for a child process. */
export function programPath(relative: string, from: string): string {
  return fileURLToPath(new URL(relative, from));
}
