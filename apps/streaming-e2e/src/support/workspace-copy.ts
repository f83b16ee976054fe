import { execFile, type ExecFileException } from 'node:child_process';
import { constants, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const workspace = join(import.meta.dirname, '..', '..', '..', '..');

/** Nothing of this process' environment, and no service: a developer's machine on which only Node is installed. */
const environment = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  NX_DAEMON: 'false',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_ignore_scripts: 'true',
  npm_config_prefer_offline: 'true',
};

/**
 * A copy of this workspace as a developer has it after `git clone` and `npm ci`, with the changes that are not committed
 * yet. Commands that change files may be run in it.
 */
export class WorkspaceCopy {
  private constructor(readonly directory: string) {}

  /**
   * Copies the files that Git knows, or that are new, and links the installed packages.
   *
   * @param built copies what is built, too, as a developer has it who has started the server before
   */
  static async create({ built = false } = {}): Promise<WorkspaceCopy> {
    const directory = await mkdtemp(join(tmpdir(), 'fedistream-workspace-'));
    const list = 'git ls-files --cached --others --exclude-standard --deduplicate -z';
    const copy = `${list} | xargs -0 ls -d 2>/dev/null | tar -c -T - | tar -x -C "$1"`;
    await run('sh', ['-c', copy, 'sh', directory], { cwd: workspace });
    if (built) {
      await run(
        'sh',
        ['-c', 'ls -d apps/*/dist libs/*/dist tools/*/dist | tar -c -T - | tar -x -C "$1"', 'sh', directory],
        { cwd: workspace },
      );
    }
    await linkPackages(join(workspace, 'node_modules'), join(directory, 'node_modules'));
    const made = new WorkspaceCopy(directory);
    await made.run('git init --quiet --initial-branch=main && git add --all');
    await made.commit();
    return made;
  }

  /** Writes a file. */
  async write(path: string, text: string): Promise<void> {
    await writeFile(join(this.directory, path), text);
  }

  /** Runs a shell command in it, and returns what it printed. @throws Error with its output when it fails */
  async run(command: string): Promise<string> {
    try {
      const { stdout, stderr } = await run('sh', ['-c', command], {
        cwd: this.directory,
        env: environment,
        maxBuffer: 16 * 1024 * 1024,
      });
      return stdout + stderr;
    } catch (failure) {
      const { stdout = '', stderr = '' } = failure as ExecFileException;
      throw new Error(`${command} failed:\n${stdout}${stderr}`, { cause: failure });
    }
  }

  /** Commits what has changed in files that Git knows. */
  async commit(): Promise<void> {
    await this.run('git -c user.name=tests -c user.email=tests@example.org commit --quiet --all --message "As it is"');
  }

  /** The files that have changed, or are new, since the copy was made: as Git lists them. */
  async changes(): Promise<string[]> {
    const status = await this.run('git status --porcelain --untracked-files=all');
    return status
      .split('\n')
      .map((line) => line.slice(3))
      .filter((file) => file !== '')
      .sort();
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Hard links where the file system has them: 37,000 files in a second. What is written in place later is copied. */
async function linkPackages(from: string, to: string): Promise<void> {
  await run('cp', ['-al', from, to]).catch(async () => {
    await rm(to, { recursive: true, force: true });
    await cp(from, to, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  });
  const writtenInPlace = (await readdir(to)).filter((name) => name.startsWith('.') && name !== '.bin');
  await Promise.all(writtenInPlace.map((name) => rm(join(to, name), { recursive: true, force: true })));
  const hidden = '.package-lock.json';
  await writeFile(join(to, hidden), await readFile(join(from, hidden)));
}
