import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import type { Executable } from './executable.js';
import { freePort } from './free-port.js';
import type { ServerControl } from './server-control.js';
import type { ServerDirectory } from './server-directory.js';
import type { User } from './unprivileged.js';
import { runAfterExit } from './cleanup-process.js';

const readyWithinMs = 60_000;
const stoppedWithinMs = 10_000;
const pollEveryMs = 20;
const portsTried = 5;

/** Options of a server's start. */
export interface Launch {
  readonly executable: Executable;
  args(port: number): readonly string[];
  /** The server's working directory; removed by `dispose`. */
  readonly directory: ServerDirectory;
  /** The user to run as; by default the user of this process. */
  readonly user?: User | undefined;
  /** The signal on which the server ends without waiting for its clients. */
  readonly stopSignal: NodeJS.Signals;
  /** The signal, as `kill` names it, that ends the server and its children at once. */
  readonly endSignal: 'KILL' | 'QUIT' | 'TERM';
  /** Whether this process answers on the port, which another process may have taken. */
  ready(port: number, pid: number): Promise<boolean>;
}

/** A server that runs as a child of this process on a port of 127.0.0.1, and ends with this process at the latest. */
export class LocalServer implements ServerControl {
  readonly #launch: Launch;
  #port = 0;
  #child: ChildProcess | undefined;
  #suspended: number[] = [];

  private constructor(launch: Launch) {
    this.#launch = launch;
  }

  /** Starts a server on a free port; resolves when it answers. Removes its directory if that fails. */
  static async run(launch: Launch): Promise<LocalServer> {
    const server = new LocalServer(launch);
    for (let attempt = 1; ; attempt++) {
      server.#port = await freePort();
      try {
        await server.start();
        return server;
      } catch (error) {
        if (attempt === portsTried || (error as NodeJS.ErrnoException).code !== undefined) {
          await server.dispose();
          throw error;
        }
      }
    }
  }

  /** The port that it keeps over restarts. */
  get port(): number {
    return this.#port;
  }

  /** The server's process id; `undefined` while it is stopped. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The server's output so far. */
  get log(): string {
    return readFileSync(this.#launch.directory.log, 'utf8');
  }

  /** @inheritdoc */
  async start(): Promise<void> {
    if (this.#child) {
      return;
    }
    const { executable, directory, user, endSignal } = this.#launch;
    const log = openSync(directory.log, 'a');
    const child = spawn(executable.path, this.#launch.args(this.#port), {
      cwd: directory.path,
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'GMT', HOME: directory.path, ...executable.env },
      stdio: ['ignore', log, log],
      // Its own process group: Ctrl-C in a terminal is for this process, which then stops the server.
      detached: true,
      ...user,
    });
    closeSync(log);
    const { pid } = child;
    if (pid === undefined) {
      throw (await once(child, 'error'))[0] as Error;
    }
    child.unref();
    const forget = runAfterExit(endOf(pid, endSignal));
    this.#child = child;
    child.once('exit', () => {
      this.#child = undefined;
      forget();
    });
    await this.#untilReady(child, pid);
  }

  /** @inheritdoc */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) {
      return;
    }
    await this.resume();
    const exit = once(child, 'exit');
    child.ref();
    child.kill(this.#launch.stopSignal);
    const tooLate = setTimeout(() => child.kill('SIGKILL'), stoppedWithinMs);
    await exit;
    clearTimeout(tooLate);
  }

  /** @inheritdoc */
  suspend(): Promise<void> {
    if (this.pid !== undefined && this.#suspended.length === 0) {
      // The parent first: it must not have new children while the others are looked up.
      this.#suspended = [this.pid];
      this.#signalSuspended('SIGSTOP');
      this.#suspended.push(...childrenOf(this.pid));
      this.#signalSuspended('SIGSTOP');
    }
    return Promise.resolve();
  }

  /** @inheritdoc */
  resume(): Promise<void> {
    this.#signalSuspended('SIGCONT');
    this.#suspended = [];
    return Promise.resolve();
  }

  /** Stops the server for good and removes its directory. */
  async dispose(): Promise<void> {
    await this.stop();
    await this.#launch.directory.remove();
  }

  async #untilReady(child: ChildProcess, pid: number): Promise<void> {
    const deadline = Date.now() + readyWithinMs;
    while (!(await this.#launch.ready(this.#port, pid))) {
      if (this.#child !== child) {
        throw new Error(`${this.#launch.executable.path} ended before it answered:\n${this.log.slice(-2_000)}`);
      }
      if (Date.now() > deadline) {
        await this.stop();
        throw new Error(`${this.#launch.executable.path} did not answer within ${readyWithinMs / 1000} s.`);
      }
      await delay(pollEveryMs);
    }
  }

  #signalSuspended(signal: NodeJS.Signals): void {
    for (const pid of this.#suspended) {
      try {
        process.kill(pid, signal);
      } catch {
        // A child that has ended meanwhile.
      }
    }
  }
}

/**
 * A shell command that ends a process and waits for its end, three seconds at most, because a container may have no init
 * process that reaps it.
 */
function endOf(pid: number, signal: string): string {
  const id = String(pid);
  const wait = `i=0; while kill -0 ${id} && [ $i -lt 30 ]; do sleep 0.1; i=$((i+1)); done`;
  return `kill -CONT ${id}; kill -${signal} ${id}; ${wait}; kill -KILL ${id}`;
}

/** The children of a process; none on systems without `/proc` (Linux has it). */
function childrenOf(pid: number): number[] {
  try {
    const ids = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
    return ids.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
