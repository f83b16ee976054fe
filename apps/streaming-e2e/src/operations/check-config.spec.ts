import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const program = join(import.meta.dirname, '../../../streaming/dist/main.js');

describe('--check', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fedistream-check-'));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  /** Runs the check in the directory, with this environment and no other. */
  const check = (env: Readonly<Record<string, string>>) =>
    new Promise<{ code: unknown; output: string }>((resolve) => {
      execFile(process.execPath, [program, '--check'], { cwd: directory, env }, (failure, stdout, stderr) => {
        resolve({ code: failure?.code ?? 0, output: stdout + stderr });
      });
    });

  it('reads .env.production, connects to PostgreSQL and Redis, finds the tables, and exits with 0', async () => {
    const lines = [`DATABASE_URL=${inject('templateUrl')}`, `REDIS_URL=${inject('redisUrl')}`, 'REDIS_PORT=tcp://x'];
    await writeFile(join(directory, '.env.production'), lines.join('\n'));
    const { code, output } = await check({ NODE_ENV: 'production' });
    expect(output).toMatch(/\.env\.production: read\n/);
    expect(output).toMatch(/REDIS_PORT: ignored, REDIS_URL is set\n/);
    expect(output).toMatch(/PostgreSQL: connected, version \d.*\n {2}\d+ tables found\n/);
    expect(output).toMatch(/Redis: connected, /);
    expect(code).toBe(0);
  });

  it('exits with 1 and says what to do when the tables are missing and Redis cannot be reached', async () => {
    const empty = new URL(inject('postgresUrl'));
    empty.pathname = '/template1';
    const { code, output } = await check({ DATABASE_URL: empty.href, REDIS_URL: 'redis://:hunter2@127.0.0.1:1' });
    expect(output).toMatch(/tables missing: .*oauth_access_tokens.*\n {2}→ check the name of the database/);
    expect(output).toMatch(/Redis: .*ECONNREFUSED.*\n {2}→ start the server/);
    expect(output).not.toContain('hunter2');
    expect(code).toBe(1);
  });
});
