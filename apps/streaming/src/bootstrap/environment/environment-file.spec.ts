import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mergeEnvironments, readEnvironmentFile } from './environment-file.js';

let directory: string;
const write = (name: string, text: string) => {
  writeFileSync(join(directory, name), text);
};
const environmentOf = (process: Record<string, string>) =>
  mergeEnvironments(process, readEnvironmentFile(process, directory));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fedistream-env-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe('the environment file', () => {
  it('is .env.production in production, and .env otherwise', () => {
    write('.env.production', 'DB_NAME=production');
    write('.env', 'DB_NAME=other');
    expect(environmentOf({ NODE_ENV: 'production' })['DB_NAME']).toBe('production');
    expect(environmentOf({ NODE_ENV: 'development' })['DB_NAME']).toBe('other');
    expect(environmentOf({})['DB_NAME']).toBe('other');
  });

  it('is parsed as dotenv parses it', () => {
    write(
      '.env',
      '# Mastodon\nA=1 # one\nexport B="x\\ny"\nC=\'#$A\'\nD: yaml\nE=\n  F = f g \n\u{feff}no line\nG=`a\nb`\n',
    );
    expect(environmentOf({})).toEqual({ A: '1', B: 'x\ny', C: '#$A', D: 'yaml', E: '', F: 'f g', G: 'a\nb' });
  });

  it('counts less than the environment of the process, in which an empty variable counts as well', () => {
    write('.env', 'REDIS_HOST=file\nREDIS_PORT=1\nREDIS_DB=2');
    expect(environmentOf({ REDIS_HOST: 'process', REDIS_PORT: '' })).toEqual({
      REDIS_HOST: 'process',
      REDIS_PORT: '',
      REDIS_DB: '2',
    });
  });

  it('does not set NODE_ENV, which chose the file', () => {
    write('.env', 'NODE_ENV=production');
    expect(environmentOf({})).toEqual({});
  });

  it('may be missing', () => {
    expect(readEnvironmentFile({}, directory)).toMatchObject({ texts: undefined, failure: 'ENOENT' });
    expect(environmentOf({ PORT: '1' })).toEqual({ PORT: '1' });
  });

  it('is no error when it cannot be read, and the reason is returned', () => {
    mkdirSync(join(directory, '.env'));
    expect(readEnvironmentFile({}, directory)).toMatchObject({ texts: undefined, failure: 'EISDIR' });
  });
});
