import { runAfterExit } from '@fedistream/services';
import { spawn } from 'node:child_process';

import { workspace } from './workspace.js';

const endsWithinMs = 17 * 60_000;

/** How a command ended. */
export interface Outcome {
  /** 0 when all was well; -1 when it could not be started or had to be killed. */
  readonly code: number;
  /** What it printed, in the order in which it came; empty when that went to the screen. */
  readonly output: string;
}

/** What to do differently from the ordinary. */
export interface CommandOptions {
  /** On top of this process' environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Prints at once in place of returning it. */
  readonly onScreen?: boolean;
}

/** Runs a program in the workspace, without input, and waits for its end; never throws. */
export function command(program: string, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const output = options.onScreen === true ? 'inherit' : 'pipe';
    const child = spawn(program, args, {
      cwd: workspace,
      env: { ...process.env, NX_DAEMON: 'false', ...options.env },
      stdio: ['ignore', output, output],
      timeout: endsWithinMs,
    });
    // Ending this process ends the command as well.
    const forget = child.pid === undefined ? undefined : runAfterExit(`kill -TERM ${child.pid}`);
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    const text = () => Buffer.concat(chunks).toString('utf8').trim();
    child.once('error', (error) => {
      resolve({ code: -1, output: `${program}: ${error.message}` });
    });
    child.once('close', (code, signal) => {
      forget?.();
      resolve(
        code === null
          ? { code: -1, output: `${text()}\nended by ${signal ?? 'an unknown signal'}` }
          : { code, output: text() },
      );
    });
  });
}
