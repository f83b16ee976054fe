import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { openPostgres, openRedis } from '@fedistream/services';

import { command } from './command.js';
import { runEverything } from './run-everything.js';
import type { Tally } from './tally.js';
import { count, type VitestReport } from './vitest-report.js';
import { installed, workspace } from './workspace.js';

/**
 * Runs all tests against a real Redis and a real PostgreSQL, prints their output, and counts them. A result from Nx' cache
 * counts, too.
 */
export async function runTests(): Promise<{ tally: Tally; reasons: string[] }> {
  const redis = await openRedis();
  const postgres = await openPostgres();
  const reports = join(workspace, '.cache', 'tests');
  await rm(reports, { recursive: true, force: true });
  try {
    const [program, ...args] = runEverything ? inOneRun(join(reports, 'all.json')) : throughNx;
    const { code } = await command(installed(program), args, {
      env: { REDIS_URL: redis.url, DATABASE_URL: await postgres.createDatabase() },
      onScreen: true,
    });
    return count(await readReports(reports), code);
  } finally {
    await Promise.all([redis.stop(), postgres.stop()]);
  }
}

type Command = readonly [program: string, ...args: string[]];

const throughNx: Command = ['nx', 'run-many', '-t', 'test', '--output-style', 'static'];

const inOneRun = (report: string): Command => [
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
];

/** The merged reports of all projects. */
async function readReports(directory: string): Promise<VitestReport> {
  const files = await readdir(directory).catch(() => []);
  const reports = await Promise.all(files.map((file) => readReport(join(directory, file))));
  return { testResults: reports.flatMap(({ testResults }) => testResults) };
}

async function readReport(file: string): Promise<VitestReport> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as VitestReport;
  } catch {
    return { testResults: [] };
  }
}
