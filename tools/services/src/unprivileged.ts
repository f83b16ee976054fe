import { chown, cp, stat } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Executable } from './executable.js';

/** A user without rights: what PostgreSQL insists on being run by. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Whom to run as in place of root; `undefined` when this process is not root's and runs things as itself. */
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

/** Gives an empty directory to the user. */
export async function give(directory: string, user: User | undefined): Promise<void> {
  if (user) {
    await chown(directory, user.uid, user.gid);
  }
}

/**
 * The program at a place from which every user can run it. Root's home, and with it a workspace there, is closed to other
 * users; then the tree that the program brought along is copied.
 *
 * @param to where the copy may go, removed by the caller
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
