import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DirectoryError } from './directory-error.js';

const heldHere = new Set<string>();

/**
 * Locks a directory for this process: two servers would corrupt the same files. The lock is a file with the process id, as
 * PostgreSQL's `postmaster.pid`. A lock whose process has ended is taken over.
 *
 * @returns releases the lock
 * @throws DirectoryError when another process holds the lock, or the lock file cannot be created
 */
export function lockDirectory(directory: string): () => void {
  const path = resolve(directory);
  const file = join(path, 'in-use-by.pid');
  if (heldHere.has(path) || !take(file)) {
    const holder = readHolder(file);
    throw new DirectoryError(
      directory,
      `The directory ${path} is in use by another Fedistream (process ${holder}); stop it, or choose another directory. ` +
        `If process ${holder} is something else, delete ${file}.`,
    );
  }
  heldHere.add(path);
  let held = true;
  return () => {
    if (held) {
      held = false;
      heldHere.delete(path);
      rmSync(file, { force: true });
    }
  };
}

/** @returns whether this process has created the lock file */
function take(file: string): boolean {
  const directory = dirname(file);
  try {
    makeDirectory(directory);
    return create(file) || (isLeftBehind(file) && replace(file));
  } catch (failure) {
    const code = failure instanceof Error && 'code' in failure ? String(failure.code) : String(failure);
    throw new DirectoryError(directory, `must be a directory that this server may write to (${code})`, {
      cause: failure,
    });
  }
}

/** `mkdirSync` with `recursive` never returns below a directory that answers ENOENT, such as /proc. */
function makeDirectory(path: string): void {
  if (!existsSync(path)) {
    makeDirectory(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  }
}

function create(file: string): boolean {
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (failure) {
    if (failure instanceof Error && 'code' in failure && failure.code === 'EEXIST') {
      return false;
    }
    throw failure;
  }
}

function replace(file: string): boolean {
  rmSync(file, { force: true });
  return create(file);
}

function readHolder(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return Number.NaN;
  }
}

/** Whether the process of a lock file has ended. This process' own id is from before a container was restarted. */
function isLeftBehind(file: string): boolean {
  const holder = readHolder(file);
  if (!Number.isInteger(holder) || holder <= 0 || holder === process.pid) {
    return true;
  }
  try {
    process.kill(holder, 0);
    return false;
  } catch (failure) {
    return failure instanceof Error && 'code' in failure && failure.code === 'ESRCH';
  }
}
