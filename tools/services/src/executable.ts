import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** A program on this machine, and the environment that it needs. */
export interface Executable {
  /** Absolute, without symbolic links: PostgreSQL finds its own files relative to it. */
  readonly path: string;
  /** Added to the environment: `LD_LIBRARY_PATH` for programs in {@link cacheDirectory}. */
  readonly env: Readonly<Record<string, string>>;
  /** The directory with the program and its libraries, if it is not installed. */
  readonly tree?: string;
  /** Where it comes from, for a progress line: `/usr/bin/redis-server`, `Debian's packages`. */
  readonly origin: string;
}

/**
 * Finds a program by one of its names on PATH or in one of the directories. It must start.
 *
 * @param versionFlag with it, the program prints its version and ends with 0
 */
export function findExecutable(
  names: readonly string[],
  directories: readonly string[],
  versionFlag?: string,
): Executable | undefined {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  for (const directory of [...onPath, ...directories]) {
    for (const name of names) {
      const path = join(directory, name);
      if (isExecutable(path)) {
        const executable = { path: realName(path), env: {}, origin: path };
        if (starts(executable, versionFlag)) {
          return executable;
        }
      }
    }
  }
  return undefined;
}

/** Whether the program starts and prints its version. It does not if libraries are missing. */
export function starts(executable: Executable, versionFlag = '--version'): boolean {
  const { status } = spawnSync(executable.path, [versionFlag], {
    env: { ...process.env, ...executable.env },
    stdio: 'ignore',
    timeout: 20_000,
  });
  return status === 0;
}

/** `<parent>/<version>/<rest>` for every version there, the newest first. */
export function versionedDirectories(parent: string, rest: string): string[] {
  try {
    return readdirSync(parent)
      .filter((name) => /^\d/.test(name))
      .sort((one, other) => parseFloat(other) - parseFloat(one))
      .map((name) => join(parent, name, rest));
  } catch {
    return [];
  }
}

/** Resolves links, except one whose name the program uses to select its mode (`redis-server`). */
function realName(path: string): string {
  const real = realpathSync(path);
  return real.endsWith(path.slice(dirname(path).length)) ? real : path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
