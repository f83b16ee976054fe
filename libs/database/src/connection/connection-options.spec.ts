import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectionOptions } from './connection-options.js';
import type { SslMode } from './database-settings.js';

const of = (url: string, members = {}) => connectionOptions({ kind: 'postgresql', url, ...members });
const encryptionsOf = (url: string) => of(url).attempts.map(({ encryption }) => encryption);
const parametersOf = (url: string, members = {}) => of(url, members).attempts[0]?.parameters;
const serversOf = (url: string) =>
  of(`${url}${url.includes('?') ? '&' : '?'}sslmode=disable`).attempts.map(({ parameters: { host, port } }) => [
    host,
    port,
  ]);

/** Creates a temporary file for the call of `use`. */
async function withFile(content: string, use: (file: string) => void): Promise<void> {
  const file = join(tmpdir(), `fedistream-${process.pid}-${Math.random()}.pem`);
  await writeFile(file, content);
  try {
    use(file);
  } finally {
    await rm(file);
  }
}

const unchecked = { rejectUnauthorized: false };
const anyName = { checkServerIdentity: expect.any(Function) as unknown };

describe('connectionOptions', () => {
  it('uses the members without a URL, and prefers encryption without a mode', () => {
    const parameters = { host: 'db', port: 5433, user: 'u', password: 'p', database: 'd' };
    const members = { host: 'db', port: 5433, user: 'u', password: 'p', name: 'd' };
    expect(connectionOptions({ kind: 'postgresql', ...members }).attempts).toEqual([
      { parameters, encryption: unchecked },
      { parameters, encryption: false },
    ]);
  });

  it('uses a URL alone, and only the password of the members if the URL has none', () => {
    const members = { host: 'x', user: 'other', password: 'p', port: 5433, name: 'x', sslMode: 'verify-full' };
    const url = 'postgresql://m%40stodon@db.example/d?application_name=a&connect_timeout=3';
    expect(of(url, members).attempts).toEqual([
      expect.objectContaining({ encryption: unchecked }),
      expect.objectContaining({ encryption: false }),
    ]);
    expect(parametersOf(url, members)).toEqual({
      host: 'db.example',
      user: 'm@stodon',
      password: 'p',
      database: 'd',
      application_name: 'a',
      connectionTimeoutMillis: 3_000,
    });
    expect(parametersOf('postgresql://u:own@db/d', members)).toMatchObject({ password: 'own' });
  });

  it.each<[string, [string | undefined, string | undefined][]]>([
    ['postgres://db/d', [['db', undefined]]],
    ['postgres://u:p%40@db:5433/d', [['db', '5433']]],
    ['postgres://[2001:db8::1]:5433/d', [['2001:db8::1', '5433']]],
    ['postgres://%2Frun%2Fpostgresql/d', [['/run/postgresql', undefined]]],
    ['postgres:///d?host=/run/postgresql', [['/run/postgresql', undefined]]],
    ['socket:/run/postgresql?db=d', [['/run/postgresql', undefined]]],
    [
      'postgresql://u:p@one:5432,two,[::1]:5433/d',
      [
        ['one', '5432'],
        ['two', undefined],
        ['::1', '5433'],
      ],
    ],
    [
      'postgresql:///d?host=one,two&port=5432,5433',
      [
        ['one', '5432'],
        ['two', '5433'],
      ],
    ],
    [
      'postgresql:///d?host=one,two&port=5433',
      [
        ['one', '5433'],
        ['two', '5433'],
      ],
    ],
  ])('finds the servers of %s', (url, servers) => {
    expect(serversOf(url)).toEqual(servers);
  });

  it('keeps user, password and database for each of several servers, and tries every encryption of one before the next', () => {
    const { attempts } = of('postgresql://u:p@one,two:5433/d');
    expect(attempts.map(({ parameters: { host }, encryption }) => [host, encryption === false])).toEqual([
      ['one', false],
      ['one', true],
      ['two', false],
      ['two', true],
    ]);
    expect(
      attempts.every(
        ({ parameters: { user, password, database } }) => user === 'u' && password === 'p' && database === 'd',
      ),
    ).toBe(true);
  });

  it('reads the URL of a socket as pg-connection-string documents it', () => {
    expect(parametersOf('socket://u:p%40@/run/postgresql?db=d&application_name=a')).toEqual({
      host: '/run/postgresql',
      user: 'u',
      password: 'p@',
      database: 'd',
      application_name: 'a',
    });
  });

  it.each([
    ['true', [{}]],
    ['1', [{}]],
    ['false', [false]],
    ['0', [false]],
  ])('encrypts, with ssl=%s, as node-postgres does', (ssl, encryptions) => {
    expect(encryptionsOf(`postgres://db/d?ssl=${ssl}`)).toEqual(encryptions);
  });

  it.each(['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'])(
    'reads target_session_attrs=%s',
    (wanted) => {
      expect(of(`postgres://one,two/d?target_session_attrs=${wanted}`).sessionAttributes).toBe(wanted);
    },
  );

  it.each([
    ['disable', [false]],
    ['allow', [false, unchecked]],
    ['prefer', [unchecked, false]],
    ['no-verify', [unchecked]],
    ['require', [{}]],
    ['verify-ca', [anyName]],
    ['verify-full', [{}]],
  ] as const)('tries, with sslmode %s, %j', (sslMode: SslMode, encryptions) => {
    const members = connectionOptions({ kind: 'postgresql', sslMode }).attempts;
    expect(members.map(({ encryption }) => encryption)).toEqual(encryptions);
    for (const url of [`postgres://db/d?sslmode=${sslMode}`, `postgres://db/d?a=1&sslmode=${sslMode}&b=2`]) {
      expect(encryptionsOf(url)).toEqual(encryptions);
    }
  });

  it('verifies certificates as libpq does with uselibpqcompat=true', async () => {
    await withFile('certificate', (file) => {
      const compatible = (rest: string) => encryptionsOf(`postgres://db/d?uselibpqcompat=true&${rest}`);
      expect(compatible('sslmode=require')).toEqual([unchecked]);
      expect(compatible(`sslmode=require&sslrootcert=${file}`)).toEqual([{ ca: 'certificate', ...anyName }]);
      expect(compatible(`sslmode=verify-ca&sslrootcert=${file}`)).toEqual([{ ca: 'certificate', ...anyName }]);
      expect(() => compatible('sslmode=verify-ca')).toThrow('sslmode=verify-ca needs sslrootcert');
    });
  });

  it('keeps the other parameters of a URL with a mode', () => {
    expect(parametersOf('postgres://db/d?a=1&sslmode=disable&b=2')).toMatchObject({ a: '1', b: '2' });
  });

  it('verifies with the certificates that a URL names', async () => {
    let gone = '';
    await withFile('certificate', (file) => {
      gone = file;
      expect(encryptionsOf(`postgres://db/d?sslmode=verify-full&sslrootcert=${file}`)).toEqual([{ ca: 'certificate' }]);
      expect(encryptionsOf(`postgres://db/d?sslrootcert=${file}`)).toEqual([{ ca: 'certificate' }]);
    });
    expect(() => of(`postgres://db/d?sslrootcert=${gone}`)).toThrow('ENOENT');
  });

  it('verifies certificate and host name with sslrootcert=system, and refuses a weaker mode', () => {
    for (const url of [
      'postgres://db/d?sslrootcert=system',
      'postgres://db/d?sslmode=verify-full&sslrootcert=system',
    ]) {
      const [encryption, ...others] = encryptionsOf(url);
      expect(others).toEqual([]);
      expect(encryption).not.toHaveProperty('rejectUnauthorized');
      expect(encryption).not.toHaveProperty('checkServerIdentity');
    }
    expect(() => of('postgres://db/d?sslmode=require&sslrootcert=system')).toThrow('too weak for sslrootcert=system');
  });

  it.each([
    ['postgres://db/d?sslmode=off', 'sslmode=off does not exist: it is one of disable, allow'],
    ['postgres://db/d?sslmode=toString', 'does not exist'],
    [
      'postgres://a,b/d?target_session_attrs=writable',
      'target_session_attrs=writable does not exist: it is one of any',
    ],
    ['mysql://u:secret@db/d', 'must look like postgresql://'],
    ['postgres://u:sec/ret@db:port/d', 'must look like|cannot be parsed'],
  ])('refuses %s without repeating a password', (url, expected) => {
    let message = '';
    try {
      of(url);
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(new RegExp(expected));
    expect(message).not.toMatch(/sec.?ret/);
  });
});
