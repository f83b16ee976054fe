import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import type { TimedLine } from './render-recording.js';

/** A command to record. */
export interface RecordedCommand {
  /** The command line that the recording shows. */
  readonly typed: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The recording of this command ends after this many lines, not counting those that are left out. */
  readonly maxLines: number;
  /** Whether a line is left out of the recording. */
  readonly leaveOut?: (line: string) => boolean;
}

/**
 * Starts a command and records its output until `maxLines`, or its end. The command continues to run.
 *
 * @param since the length of the recording so far, in seconds
 * @throws Error when the command prints nothing
 */
export async function record(
  command: RecordedCommand,
  since: number,
): Promise<{ lines: TimedLine[]; child: ChildProcess }> {
  const child = spawn(command.program, command.args, {
    env: { ...process.env, ...command.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: TimedLine[] = [{ text: command.typed, seconds: since, typed: true }];
  let began: number | undefined;
  for await (const text of createInterface(child.stdout)) {
    if (command.leaveOut?.(text)) {
      continue;
    }
    // The recording omits the wait for the first line, which depends on the machine.
    began ??= performance.now();
    lines.push({ text, seconds: since + 0.8 + (performance.now() - began) / 1_000 });
    if (lines.length > command.maxLines) {
      break;
    }
  }
  if (began === undefined) {
    throw new Error(`${command.typed} printed nothing`);
  }
  return { lines, child };
}

/** Ends a recorded command and waits for its end. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}
