import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from './connection/database.js';
import { AccountEntity } from './schema/entities/index.js';
import { databaseContract, TestDatabase } from './testing/database.contract.js';

// Far from UTC on both sides, and not a whole number of hours.
process.env['TZ'] = 'Asia/Kathmandu';

let directory: string;
let test: TestDatabase;

async function open(): Promise<TestDatabase> {
  const database = await Database.open({ kind: 'embedded', directory });
  return new TestDatabase(database, database.source);
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fedistream-spec-'));
  test = await open();
  await test.execute("SET timezone TO 'America/St_Johns'");
});

afterAll(async () => {
  await test.database.onApplicationShutdown();
  await rm(directory, { recursive: true, force: true });
});

describe('the embedded database', () => {
  it('refuses a directory that another process uses, and names that process', async () => {
    await expect(Database.open({ kind: 'embedded', directory })).rejects.toThrow(
      `The directory ${directory} is in use by another Fedistream (process ${process.pid})`,
    );
    const lock = join(directory, 'in-use-by.pid');
    expect(Number(await readFile(lock, 'utf8'))).toBe(process.pid);
  });

  it('keeps its data over restarts, also after a crash has left its lock file', async () => {
    await test.owner.getRepository(AccountEntity).insert({ username: 'kept' });
    await test.database.onApplicationShutdown();
    await expect(test.database.query('SELECT')).rejects.toThrow('closed');
    // No process has this id: it is above the maximum.
    await writeFile(join(directory, 'in-use-by.pid'), '4194999');
    test = await open();
    await test.execute("SET timezone TO 'America/St_Johns'");
    expect(await test.owner.getRepository(AccountEntity).findOneBy({ username: 'kept' })).not.toBeNull();
  });

  it('answers statements after one that failed', async () => {
    await expect(test.database.query('SELECT 1 / 0')).rejects.toThrow('division by zero');
    await expect(test.database.query('SELECT 2 / 0')).rejects.toThrow('division by zero');
    expect(await test.database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('runs concurrent statements one after the other on its one connection', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => test.database.query<{ n: number }>('SELECT $1::int AS n', [index])),
    );
    expect(answers.map(([row]) => row?.n)).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(test.database.pool).toEqual({ total: 1, idle: 1, waiting: 0 });
  });
});

databaseContract(() => test);
