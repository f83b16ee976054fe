import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedPostgresql } from './embedded-postgresql.js';

describe('the embedded server', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fedistream-embedded-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it.each([
    ['files of another version', () => (mkdirSync(join(directory, 'postgresql')), join('postgresql', 'PG_VERSION'))],
    ['a file in place of the data directory', () => 'postgresql'],
  ])('refuses a directory with %s with a message for the operator, and releases its lock', async (_, place) => {
    const file = place();
    writeFileSync(join(directory, file), '12\n');
    await expect(EmbeddedPostgresql.start(directory)).rejects.toMatchObject({
      name: 'DirectoryError',
      message: expect.stringMatching(/^must be empty, or hold a database that this server has made \(.+\)$/) as string,
    });
    expect(readdirSync(directory)).toEqual(['postgresql']);
  });
});
