import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cacheDirectory } from './cache-directory.js';
import { findExecutable, starts, type Executable } from './executable.js';
import type { Progress } from './progress.js';

const run = promisify(execFile);
const aptAnswersWithinMs = 300_000;

/** Packages that every system has, or that are useless when unpacked elsewhere. LLVM is for PostgreSQL's JIT, which is off. */
const leftOut = /^(libc6|libc-bin|base-files|perl|libperl|locales|tzdata|libllvm|libz3)[^/]*\.deb$/;

/** A program from Debian's packages. */
export interface DebianProgram {
  /** The name in the cache and in progress lines. */
  readonly name: string;
  /** The package; `*` stands for the version that the distribution offers: `postgresql-*`. */
  readonly package: string;
  /** Finds the program below the directory into which the packages were unpacked. */
  locate(root: string): string | undefined;
}

/**
 * Fetches a program from the packages of this Debian (or Ubuntu), without installing it and without root. apt resolves and
 * fetches the missing packages, with its own state and cache. They are unpacked into {@link cacheDirectory}, where the next
 * run finds them.
 *
 * @returns `undefined` on a system without apt
 * @throws Error when apt cannot fetch or resolve the packages
 */
export async function fromDebian(program: DebianProgram, progress: Progress): Promise<Executable | undefined> {
  const root = join(cacheDirectory(), `${program.name}-${distribution()}-${process.arch}`);
  const cached = executableIn(root, program);
  if (cached && starts(cached)) {
    return cached;
  }
  if (!findExecutable(['apt-get'], []) || !findExecutable(['dpkg-deb'], ['/usr/bin'])) {
    return undefined;
  }
  await mkdir(cacheDirectory(), { recursive: true });
  const work = await mkdtemp(join(cacheDirectory(), 'work-'));
  try {
    const fetched = await fetchPackages(program, work, progress);
    const unpacked = join(work, 'root');
    await mkdir(unpacked);
    for (const file of fetched) {
      await run('dpkg-deb', ['--extract', file, unpacked]);
    }
    // Another process may have unpacked the same files first.
    await rm(root, { recursive: true, force: true });
    await rename(unpacked, root);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const executable = executableIn(root, program);
  if (!executable || !starts(executable)) {
    throw new Error(`${program.name} from Debian's packages does not start on this machine.`);
  }
  return executable;
}

async function fetchPackages(program: DebianProgram, work: string, progress: Progress): Promise<string[]> {
  const archives = join(work, 'archives');
  await mkdir(join(work, 'lists', 'partial'), { recursive: true });
  await mkdir(join(archives, 'partial'), { recursive: true });
  const config = join(work, 'apt.conf');
  await writeFile(config, aptConfig(work));
  const apt = (command: string, ...args: string[]) =>
    run(command, ['-c', config, ...args], {
      env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      timeout: aptAnswersWithinMs,
      maxBuffer: 64 * 1024 * 1024,
    });
  progress(`${program.name}: reading Debian's package lists`);
  // One of several sources may be unreachable. If it is needed, the next command fails.
  await apt('apt-get', 'update').catch(() => undefined);
  const name = program.package.includes('*')
    ? await offered(program.package, async () => (await apt('apt-cache', 'pkgnames')).stdout)
    : program.package;
  progress(`${program.name}: fetching ${name} from Debian's packages`);
  await apt('apt-get', 'install', '--download-only', '--reinstall', '--no-install-recommends', '--yes', '-qq', name);
  const files = (await readdir(archives)).filter((file) => file.endsWith('.deb') && !leftOut.test(file));
  return files.map((file) => join(archives, file));
}

/** The newest of the packages that match. */
async function offered(pattern: string, names: () => Promise<string>): Promise<string> {
  const [before = '', after = ''] = pattern.split('*');
  const versions = (await names())
    .split('\n')
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .map((name) => Number(name.slice(before.length, name.length - after.length)))
    .filter((version) => Number.isInteger(version));
  if (versions.length === 0) {
    throw new Error(`This Debian offers no ${pattern}.`);
  }
  return `${before}${String(Math.max(...versions))}${after}`;
}

/** Configures apt to write lists and archives only into `work`, and to read the system's list of installed packages. */
function aptConfig(work: string): string {
  return [
    `Dir::State::lists "${work}/lists";`,
    `Dir::Cache "${work}";`,
    `Dir::Cache::archives "${work}/archives";`,
    // Nothing is installed, so no lock of the system is needed.
    'Debug::NoLocking "1";',
    'APT::Sandbox::User "root";',
    'APT::Keep-Downloaded-Packages "1";',
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
    // Hooks of the system, for example to empty its package cache, must not run.
    '#clear APT::Update::Pre-Invoke;',
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    '#clear DPkg::Pre-Install-Pkgs;',
    '#clear DPkg::Post-Invoke;',
    '',
  ].join('\n');
}

function executableIn(root: string, program: DebianProgram): Executable | undefined {
  const path = existsSync(root) ? program.locate(root) : undefined;
  if (path === undefined) {
    return undefined;
  }
  const libraries = ['usr/lib', 'lib'].flatMap((directory) => libraryDirectories(join(root, directory)));
  return { path, env: { LD_LIBRARY_PATH: libraries.join(':') }, tree: root, origin: "Debian's packages" };
}

/** The directories of libraries by architecture, such as `/usr/lib/x86_64-linux-gnu`. */
function libraryDirectories(parent: string): string[] {
  return existsSync(parent)
    ? readdirSync(parent)
        .filter((name) => name.includes('-linux-gnu'))
        .map((name) => join(parent, name))
    : [];
}

/** Packages of one release need libraries of that release: `debian-12`. */
function distribution(): string {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const field = (name: string) => new RegExp(`^${name}="?([\\w.-]+)"?$`, 'm').exec(release)?.[1];
  return `${field('ID') ?? process.platform}-${field('VERSION_ID') ?? 'unknown'}`;
}
