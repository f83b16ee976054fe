import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { until } from '../support/index.js';
import { workspace } from './document-commands.js';

/** A shell command in a process group of its own, with nothing of this process' environment but PATH and HOME. */
export class RunningCommand {
  readonly #child;
  readonly #closed: Promise<number | null>;
  output = '';

  constructor(command: string, env: Readonly<Record<string, string>> = {}) {
    const { PATH, HOME } = process.env;
    this.#child = spawn('sh', ['-c', command], {
      cwd: workspace,
      env: { PATH, HOME, NX_DAEMON: 'false', ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const collect = (chunk: Buffer) => {
      this.output += chunk.toString('utf8');
    };
    this.#child.stdout.on('data', collect);
    this.#child.stderr.on('data', collect);
    this.#closed = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  /** Waits for its end. @throws with its output, when it fails */
  async succeeds(): Promise<string> {
    const code = await this.#closed;
    if (code !== 0) {
      throw new Error(`ended with ${String(code)}:\n${this.output}`);
    }
    return this.output;
  }

  /** Waits until its output matches, then presses Ctrl-C and waits for its end. */
  async prints(pattern: RegExp, withinMs = 60_000): Promise<void> {
    let ended = false;
    void this.#closed.then(() => (ended = true));
    try {
      await until(
        `the output matches ${String(pattern)}`,
        () => {
          if (!pattern.test(this.output) && ended) {
            throw new Error(`ended without it:\n${this.output}`);
          }
          return pattern.test(this.output);
        },
        withinMs,
      );
    } finally {
      await this.interrupt();
    }
  }

  /** Ctrl-C, as a terminal sends it to the whole group; SIGKILL when that does not end it within 20 s. */
  async interrupt(): Promise<void> {
    const press = (signal: NodeJS.Signals) => {
      try {
        process.kill(-(this.#child.pid ?? 0), signal);
      } catch {
        // Ended already.
      }
    };
    press('SIGINT');
    const tooLate = setTimeout(press, 20_000, 'SIGKILL');
    await this.#closed;
    clearTimeout(tooLate);
  }
}
