import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { residentBytes } from '../figures/memory.js';
import type { Address } from '../load/messages.js';
import type { Memory, RunningServer } from './measured-server.js';
import type { ProbeReplies } from './probe-messages.js';

/** The arguments that `npm start` and the image give to node. The baselines get the same. */
const startArgs = ['--enable-source-maps', '--max-semi-space-size=64'];

const probe = new URL('./probe.js', import.meta.url).href;
const stoppedWithinMs = 10_000;
const answeredWithinMs = 30_000;
const outputKept = 4_000;

/** How a server is started as a child. */
export interface ChildOptions {
  readonly program: string;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A server in a child process, with the probe of probe.ts loaded. */
export class ChildServer {
  readonly pid: number;
  readonly #child: ChildProcess;
  #output = '';

  constructor({ program, args = [], nodeArgs = [], env }: ChildOptions) {
    const nodes = ['--expose-gc', '--import', probe, ...startArgs, ...nodeArgs];
    this.#child = spawn(process.execPath, [...nodes, program, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Ctrl-C in a terminal reaches the benchmark alone, which then stops the server.
      detached: true,
    });
    this.pid = this.#child.pid ?? 0;
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-outputKept);
      });
    }
  }

  /**
   * Sends a question, if there is one, and waits for the next message of the process that has this member. Rejects when the
   * process ends first, or does not answer within 30 s.
   */
  async nextMessage<Key extends keyof ProbeReplies>(member: Key, question?: string): Promise<Pick<ProbeReplies, Key>> {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort(new Error(`The server did not answer in time. ${this.recentOutput()}`));
    }, answeredWithinMs);
    const onExit = (): void => {
      controller.abort(new Error(`The server has ended. ${this.recentOutput()}`));
    };
    this.#child.once('exit', onExit);
    try {
      if (question !== undefined) {
        this.#child.send(question);
      }
      for (;;) {
        const [message] = (await once(this.#child, 'message', { signal: controller.signal })) as [unknown];
        if (typeof message === 'object' && message !== null && member in message) {
          return message as Pick<ProbeReplies, Key>;
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
    const { heap } = await this.nextMessage('heap', 'memory');
    const resident = residentBytes(this.pid);
    return resident === undefined ? undefined : { resident, heap };
  }

  /** The server once it listens on this address. */
  running(address: Address): RunningServer {
    return {
      address,
      pids: [this.pid],
      isWarm: false,
      probe: {
        longestBlockMs: async () => (await this.nextMessage('longestBlockMs', 'event-loop')).longestBlockMs,
        startProfile: async () => {
          await this.nextMessage('profiling', 'start-profile');
        },
        stopProfile: async () => (await this.nextMessage('profile', 'stop-profile')).profile,
      },
      memory: () => this.memory(),
      stop: () => this.stop(),
    };
  }

  /** Whether the process still runs. */
  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The end of its output, for an error message. */
  recentOutput(): string {
    return `The end of its output:\n${this.#output}`;
  }

  /** Ends it with SIGTERM, and with SIGKILL after 10 s. */
  async stop(): Promise<void> {
    if (!this.isAlive) {
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
