import { describe, expect, it } from 'vitest';
import { adviceFor } from './advice.js';
import { check } from './check.js';

/** What `--check` prints for these variables. */
async function checked(process: Record<string, string>, file?: Record<string, string>) {
  const lines: string[] = [];
  const environmentFile = { path: '/srv/.env.production', texts: file, failure: file ? undefined : 'ENOENT' };
  const ok = await check({ ...file, ...process }, environmentFile, (line) => lines.push(line));
  return { ok, text: lines.join('\n') };
}

const nothingListens = '127.0.0.1:1';

describe('the check of the configuration', () => {
  it('says what was read from where, and shows no secret', async () => {
    const { text } = await checked(
      { REDIS_URL: `redis://user:hunter2@${nothingListens}/0?password=hunter3`, REDIS_DB: '3', DB_PORT: '1' },
      { DB_HOST: '127.0.0.1', DB_PASS: 'hunter4', PORT: '4001', LOG_LEVEL: '' },
    );
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'Environment file /srv/.env.production: read',
        '  PORT=4001 (environment file)',
        '  DB_HOST=127.0.0.1 (environment file)',
        '  DB_PORT=1 (environment)',
        '  DB_PASS=(not shown) (environment file)',
        `  REDIS_URL=redis://…@${nothingListens}/0 (environment)`,
        '  REDIS_DB: ignored, REDIS_URL is set',
      ]),
    );
    expect(text).not.toMatch(/hunter|LOG_LEVEL/);
  });

  it('fails with what to do when neither PostgreSQL nor Redis can be reached', async () => {
    const { ok, text } = await checked({
      DATABASE_URL: `postgres://u:hunter2@${nothingListens}/d`,
      REDIS_URL: `redis://${nothingListens}`,
    });
    expect(ok).toBe(false);
    expect(text).toMatch(/PostgreSQL: .*ECONNREFUSED.*\n {2}→ start the server, or correct host and port/);
    expect(text).toMatch(/Redis: .*ECONNREFUSED.*\n {2}→ start the server, or correct host and port/);
    expect(text).toMatch(/does not work yet: see the lines with an arrow\.$/);
    expect(text).not.toContain('hunter');
  });

  it('fails with a line for each wrong variable, and connects to nothing', async () => {
    const { ok, text } = await checked({ PORT: 'x', DEMO: 'y' });
    expect(ok).toBe(false);
    expect(text).toContain('PORT="x": must be a whole number from 0 to 65535\nDEMO="y": must be one of true, false\n');
    expect(text).not.toContain('PostgreSQL');
  });

  it('succeeds with embedded parts, which need no connection', async () => {
    expect(await checked({})).toMatchObject({ ok: true, text: expect.stringContaining('works.') as string });
  });
});

describe('the advice for an error', () => {
  it.each([
    ['28P01', 'password authentication failed for user "mastodon"', 'user and password'],
    [undefined, 'WRONGPASS invalid username-password pair', 'user and password'],
    ['3D000', 'database "mastodon" does not exist', 'name of the database'],
    [undefined, "READONLY You can't write against a read only replica.", 'master'],
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND cache', 'host name'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', 'TLS'],
    [undefined, 'something new', 'log of that server'],
  ])('of code %s, "%s", names the %s', (code, message, advice) => {
    const failure = Object.assign(new Error(message), code === undefined ? {} : { code });
    expect(adviceFor(failure).advice).toContain(advice);
  });

  it('covers every address that was tried', () => {
    const failure = new AggregateError([
      new Error('connect ECONNREFUSED ::1:1'),
      new Error('connect ECONNREFUSED 127.0.0.1:1'),
    ]);
    expect(adviceFor(failure).message).toBe('connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1');
  });
});
