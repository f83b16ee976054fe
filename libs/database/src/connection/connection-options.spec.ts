import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectionOptions, wantsOtherEncryption } from './connection-options.js';
import type { SslMode } from './database-settings.js';

const of = (url: string) => connectionOptions({ kind: 'postgresql', url });

describe('connectionOptions', () => {
  it('takes members', () => {
    expect(
      connectionOptions({ kind: 'postgresql', host: 'db', port: 5433, user: 'u', password: 'p', name: 'd' }),
    ).toEqual({
      parameters: { host: 'db', port: 5433, user: 'u', password: 'p', database: 'd' },
      encryptions: [false],
    });
  });

  it('takes a URL, and members for what it does not say', () => {
    const url = 'postgresql://m%40stodon@db.example/d?connect_timeout=3';
    const { parameters } = connectionOptions({
      kind: 'postgresql',
      url,
      user: 'other',
      password: 'p',
      port: 5433,
      name: 'x',
    });
    expect(parameters).toEqual({
      host: 'db.example',
      port: 5433,
      user: 'm@stodon',
      password: 'p',
      database: 'd',
      connect_timeout: '3',
    });
  });

  it('takes the directory of a unix socket', () => {
    expect(of('postgres:///d?host=/run/postgresql').parameters).toMatchObject({
      host: '/run/postgresql',
      database: 'd',
    });
  });

  it.each([
    ['disable', [false]],
    ['allow', [false, { rejectUnauthorized: false }]],
    ['prefer', [{ rejectUnauthorized: false }, false]],
    ['no-verify', [{ rejectUnauthorized: false }]],
    ['require', [{}]],
    ['verify-ca', [{ checkServerIdentity: expect.any(Function) as unknown }]],
    ['verify-full', [{}]],
  ] as const)('tries, with sslmode %s, %j', (sslMode: SslMode, encryptions) => {
    expect(connectionOptions({ kind: 'postgresql', sslMode }).encryptions).toEqual(encryptions);
    for (const url of [`postgres://db/d?sslmode=${sslMode}`, `postgres://db/d?a=1&sslmode=${sslMode}&b=2`]) {
      expect(of(url).encryptions).toEqual(encryptions);
    }
    expect(connectionOptions({ kind: 'postgresql', url: 'postgres://db/d', sslMode }).encryptions).toEqual(encryptions);
  });

  it('keeps the other parameters of a URL with a mode', () => {
    expect(of('postgres://db/d?a=1&sslmode=disable&b=2').parameters).toMatchObject({ a: '1', b: '2' });
  });

  it('encrypts with the certificates that a URL names', async () => {
    const file = join(tmpdir(), `fedistream-${process.pid}.pem`);
    await writeFile(file, 'certificate');
    expect(of(`postgres://db/d?sslmode=verify-full&sslrootcert=${file}`).encryptions).toEqual([{ ca: 'certificate' }]);
    expect(of(`postgres://db/d?sslrootcert=${file}`).encryptions).toEqual([{ ca: 'certificate' }]);
    await rm(file);
    expect(() => of(`postgres://db/d?sslrootcert=${file}`)).toThrow('ENOENT');
  });

  it('refuses a mode that does not exist', () => {
    expect(() => of('postgres://db/d?sslmode=off')).toThrow('sslmode=off does not exist: it is one of disable, allow');
    expect(() => of('postgres://db/d?sslmode=toString')).toThrow('does not exist');
  });
});

describe('wantsOtherEncryption', () => {
  const refused = (code: string, message: string) => Object.assign(new Error(message), { code });

  it('tells a server without TLS, and one that wants it, from every other failure', () => {
    const noTls = new Error('The server does not support SSL connections');
    const wantsTls = refused(
      '28000',
      'no pg_hba.conf entry for host "10.0.0.1", user "u", database "d", no encryption',
    );
    expect(wantsOtherEncryption(noTls, {})).toBe(true);
    expect(wantsOtherEncryption(wantsTls, false)).toBe(true);
    expect(wantsOtherEncryption(noTls, false)).toBe(false);
    expect(wantsOtherEncryption(wantsTls, {})).toBe(false);
    expect(wantsOtherEncryption(refused('28000', 'role "u" does not exist'), false)).toBe(false);
    expect(wantsOtherEncryption(refused('ECONNREFUSED', 'connect ECONNREFUSED'), false)).toBe(false);
    expect(wantsOtherEncryption(undefined, false)).toBe(false);
  });
});
