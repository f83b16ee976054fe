import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openPostgres, openRedis } from '@fedistream/services';

import { command } from './command.js';
import type { Tally } from './tally.js';
import { count, type VitestReport } from './vitest-report.js';
import { installed } from './workspace.js';

/** Runs every test of the workspace against a real Redis and a real PostgreSQL, on screen, and counts. */
export async function runTests(): Promise<{ tally: Tally; reasons: string[] }> {
  const redis = await openRedis();
  const postgres = await openPostgres();
  const directory = await mkdtemp(join(tmpdir(), 'fedistream-verify-'));
  try {
    const file = join(directory, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { code } = await command(installed('vitest'), ['run', ...reporters], {
      env: { REDIS_URL: redis.url, DATABASE_URL: await postgres.createDatabase() },
      onScreen: true,
    });
    return count(await readReport(file), code);
  } finally {
    await Promise.all([redis.stop(), postgres.stop(), rm(directory, { recursive: true, force: true })]);
  }
}

async function readReport(file: string): Promise<VitestReport> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as VitestReport;
  } catch {
    return { testResults: [] };
  }
}
