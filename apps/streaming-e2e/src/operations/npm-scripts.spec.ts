import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { until } from '../support/index.js';

const root = join(import.meta.dirname, '..', '..', '..', '..');

describe('the npm scripts', () => {
  it('run programs that the build creates', async () => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const programs = Object.values(scripts).flatMap((script) => script.match(/[\w/-]+\/dist\/[\w/]+\.js/g) ?? []);
    expect(programs).toContain('apps/streaming/dist/main.js');
    expect(programs.filter((program) => !existsSync(join(root, program)))).toEqual([]);
  });

  it('start the server, and Ctrl-C ends every process of it', async () => {
    // Without the build, since other tests run the built files.
    const npm = spawn('npm', ['start', '--ignore-scripts'], {
      cwd: root,
      env: { ...process.env, PORT: '0', BROKER: 'memory', DATABASE_URL: 'postgres://user@127.0.0.1:1/none' },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // A terminal sends the signal to the whole group.
    const press = (signal: NodeJS.Signals) => npm.pid !== undefined && process.kill(-npm.pid, signal);
    try {
      let output = '';
      npm.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
      await until('the server listens', () => output.includes('"msg":"listening"'));
      // The pipes are closed when the last of the group is gone.
      const closed = once(npm, 'close');
      press('SIGINT');
      await closed;
    } finally {
      if (npm.exitCode === null && npm.signalCode === null) {
        press('SIGKILL');
      }
    }
  });
});
