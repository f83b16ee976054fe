import { runAfterExit } from '@fedistream/services';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { EventRecorder } from './event-recorder.js';

/** A client library in another language, with a script that prints its events as lines of JSON. */
export interface ClientProgram {
  readonly library: string;
  /** Interpreters in the order of preference. The first one that can load the library is used. */
  readonly interpreters: readonly string[];
  /** Arguments with which the interpreter exits with 0 if it can load the library. */
  readonly probe: readonly string[];
  /** The script, beside this file. */
  readonly script: string;
}

/** The interpreter that can load the library; `undefined` when none can. */
export function interpreterOf({ interpreters, probe }: ClientProgram): string | undefined {
  return interpreters.find((program) => spawnSync(program, probe, { stdio: 'ignore' }).status === 0);
}

/** Runs the script of a client library and records the events of each stream. */
export class ProgramReader {
  readonly #child: ChildProcess;
  readonly #recorders = new Map<string, EventRecorder>();

  /** @param args passed to the script */
  constructor(interpreter: string, { script }: ClientProgram, args: readonly string[]) {
    // A process group of its own, so that its child processes end with it.
    const child = spawn(interpreter, [join(import.meta.dirname, script), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    child.once('close', runAfterExit(`kill -KILL -- -${String(child.pid)}`));
    createInterface(child.stdout).on('line', (line) => {
      const { stream, event, payload } = JSON.parse(line) as { stream: string; event: string; payload?: string };
      this.on(stream).record(event, payload);
    });
    this.#child = child;
  }

  /** The events of the stream with this title. */
  on(title: string): EventRecorder {
    const recorder = this.#recorders.get(title) ?? new EventRecorder();
    this.#recorders.set(title, recorder);
    return recorder;
  }

  /** Ends the script and its child processes. */
  async close(): Promise<void> {
    if (this.#child.pid !== undefined && this.#child.exitCode === null) {
      const closed = once(this.#child, 'close');
      process.kill(-this.#child.pid, 'SIGKILL');
      await closed;
    }
  }
}
