import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { findExecutable } from './executable.js';
import { LocalServer } from './local-server.js';
import type { ServerControl } from './server-control.js';
import { ServerDirectory } from './server-directory.js';
import { MissingServerError } from './source.js';
import { give, unprivilegedUser } from './unprivileged.js';

/** A server program that has to be installed on this machine: a proxy, a connection pooler. */
export interface InstalledProgram {
  /** The name of its executable, on PATH or in `/usr/sbin`. */
  readonly name: string;
  /** The package of Debian that has it. */
  readonly package: string;
  /** An option or subcommand. With it, the program prints its version and ends with 0; `--version` when absent. */
  readonly versionFlag?: string;
}

/** Options of a program's start. */
export interface ProgramOptions {
  /** Returns the text of its configuration file. */
  configuration(port: number, directory: string): string;
  /** Returns its arguments, which MUST make it run in the foreground and read this configuration file. */
  args(file: string): readonly string[];
  /** Whether it answers on the port. */
  ready(port: number): Promise<boolean>;
}

/** A running program of {@link startProgram}. */
export interface StartedProgram {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly control: ServerControl;
  /** The directory with its configuration and output. */
  readonly directory: string;
  /** Its output so far on stdout and stderr. */
  log(): string;
  /** Ends it and removes its directory. */
  stop(): Promise<void>;
}

/**
 * Starts the program on a free port, with a configuration in a directory of its own. If this process runs as root, the
 * program runs as an unprivileged user. It ends when `stop` resolves, at the latest with this process.
 *
 * @throws MissingServerError when it is not installed
 * @throws Error with the last lines of its output when it ends before it answers
 */
export async function startProgram(program: InstalledProgram, options: ProgramOptions): Promise<StartedProgram> {
  const executable = findExecutable([program.name], ['/usr/sbin', '/usr/local/sbin'], program.versionFlag);
  if (executable === undefined) {
    throw new MissingServerError(
      `${program.name} was not found. Install it (Debian, Ubuntu: apt-get install ${program.package}).`,
    );
  }
  const directory = new ServerDirectory(program.name);
  const user = unprivilegedUser();
  await give(directory.path, user);
  const file = join(directory.path, `${program.name}.conf`);
  const server = await LocalServer.run({
    executable,
    args: (port) => {
      writeFileSync(file, options.configuration(port, directory.path));
      return options.args(file);
    },
    directory,
    user,
    stopSignal: 'SIGTERM',
    // Not SIGKILL: the worker processes of nginx and Apache would continue.
    endSignal: 'TERM',
    ready: (port) => options.ready(port),
  });
  return {
    port: server.port,
    control: server,
    directory: directory.path,
    log: () => server.log,
    stop: () => server.dispose(),
  };
}
