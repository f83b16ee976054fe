import { runAfterExit } from '@fedistream/services';
import { spawn } from 'node:child_process';

import { workspace } from './workspace.js';

const endsWithinMs = 17 * 60_000;

/** The outcome of a command. */
export interface Outcome {
  /** The exit code; -1 when the command did not start or was killed. */
  readonly code: number;
  /** Its output in order; empty when it went to the screen. */
  readonly output: string;
}

/** Options of a command. */
export interface CommandOptions {
  /** Added to this process' environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Prints the output at once instead of returning it. */
  readonly onScreen?: boolean;
}

/** Runs a program in the workspace, without input, and waits for its end. Never throws. */
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
