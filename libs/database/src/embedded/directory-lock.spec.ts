import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from './directory-lock.js';

describe('lockDirectory', () => {
  let parent: string;
  let directory: string;
  let file: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'fedistream-lock-'));
    directory = join(parent, 'new', 'data');
    file = join(directory, 'in-use-by.pid');
  });

  afterEach(() => {
    rmSync(parent, { recursive: true });
  });

  it('creates a directory with mode 700, and locks it again after it was released', () => {
    const unlock = lockDirectory(directory);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(() => lockDirectory(directory)).toThrow(`in use by another Fedistream (process ${process.pid})`);
    unlock();
    expect(readdirSync(directory)).toEqual([]);
    const again = lockDirectory(directory);
    unlock();
    expect(readdirSync(directory)).toEqual(['in-use-by.pid']);
    again();
  });

  it('refuses a directory of a running process, and takes over that of a dead one', async () => {
    lockDirectory(directory)();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    writeFileSync(file, `${other.pid ?? ''}\n`);
    expect(() => lockDirectory(directory)).toThrow(`process ${other.pid ?? ''}`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    lockDirectory(directory)();
  });

  it('refuses a path below a file, and names the path and the reason', () => {
    writeFileSync(join(parent, 'new'), '');
    expect(() => lockDirectory(directory)).toThrow(
      expect.objectContaining({
        name: 'DirectoryError',
        directory,
        message: 'must be a directory that this server may write to (ENOTDIR)',
      }) as Error,
    );
  });

  it.skipIf(process.platform !== 'linux')('refuses a directory that cannot be created', () => {
    expect(() => lockDirectory('/proc/fedistream/data')).toThrow(
      'must be a directory that this server may write to (ENOENT)',
    );
  });

  it.each(['', 'nonsense', '-1', '0', String(process.pid)])('takes over a lock file with the content %j', (content) => {
    lockDirectory(directory)();
    writeFileSync(file, content);
    lockDirectory(directory)();
    expect(readdirSync(directory)).toEqual([]);
  });
});
