import { chown, cp, stat } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Executable } from './executable.js';

/** An unprivileged user: PostgreSQL refuses to run as root. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The user to run servers as instead of root; `undefined` if this process does not run as root. */
export function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name = '', , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
  return users.get('postgres') ?? users.get('nobody') ?? { uid: 65_534, gid: 65_534 };
}

/** Makes the user the owner of an empty directory. */
export async function give(directory: string, user: User | undefined): Promise<void> {
  if (user) {
    await chown(directory, user.uid, user.gid);
  }
}

/**
 * The program at a path where every user can run it. Other users cannot enter root's home, nor a workspace in it; then the
 * tree of the fetched program is copied.
 *
 * @param to the directory for the copy, which the caller removes
 */
export async function reachable(executable: Executable, to: string): Promise<Executable> {
  const { tree } = executable;
  if (tree === undefined || process.getuid?.() !== 0 || (await isOpenToAll(executable.path))) {
    return executable;
  }
  const copy = join(to, 'program');
  await cp(tree, copy, { recursive: true, verbatimSymlinks: true });
  const moved = (path: string) => path.replaceAll(tree, copy);
  const env = Object.fromEntries(Object.entries(executable.env).map(([name, value]) => [name, moved(value)]));
  return { ...executable, path: moved(executable.path), env, tree: copy };
}

async function isOpenToAll(path: string): Promise<boolean> {
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    if (((await stat(directory)).mode & 0o001) === 0) {
      return false;
    }
    if (directory === dirname(directory)) {
      return true;
    }
  }
}
