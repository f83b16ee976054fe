import { TokenStore } from '@fedistream/auth';
import { DatabaseModule, type DatabaseSettings } from '@fedistream/database';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { adviceFor } from './advice.js';
import type { Finding } from './finding.js';

@Module({})
class CheckModule {}

/** Connects to PostgreSQL and looks for the tables that the server reads. Never throws. */
export async function checkDatabase(settings: DatabaseSettings): Promise<Finding> {
  if (settings.kind === 'embedded') {
    return { ok: true, lines: [`PostgreSQL: embedded, in ${settings.directory} (not opened)`] };
  }
  const module = { module: CheckModule, imports: [DatabaseModule.forRoot(settings)] };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and takes literals
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  try {
    // Connects, and reads all tables of tokens and accounts; the data source may be used afterwards.
    const asked = await app
      .get(TokenStore)
      .findViewer('check')
      .then(() => undefined, rootCause);
    const source = app.get(DataSource);
    if (!source.isInitialized) {
      return failed(asked);
    }
    const tables = source.entityMetadatas.map(({ tableName }) => tableName).sort();
    const rows: { name: string; readable: boolean | null }[] = await source.query(
      'SELECT name, has_table_privilege(to_regclass(name), $2) AS readable FROM unnest($1::text[]) AS name',
      [tables, 'SELECT'],
    );
    const missing = rows.filter(({ readable }) => readable === null).map(({ name }) => name);
    const denied = rows.filter(({ readable }) => readable === false).map(({ name }) => name);
    const [server]: { server_version: string }[] = await source.query('SHOW server_version');
    const lines = [`PostgreSQL: connected, version ${server?.server_version ?? 'unknown'}`];
    if (missing.length > 0) {
      lines.push(
        `  tables missing: ${missing.join(', ')}`,
        '  → check the name of the database, or run npm run migrate',
      );
    }
    if (denied.length > 0) {
      lines.push(`  tables not readable: ${denied.join(', ')}`, '  → GRANT SELECT on them to this user');
    }
    if (missing.length + denied.length === 0) {
      lines.push(`  ${tables.length} tables found`);
    }
    return asked === undefined && missing.length + denied.length === 0
      ? { ok: true, lines }
      : { ok: false, lines: asked === undefined || lines.length > 1 ? lines : [...lines, ...failed(asked).lines] };
  } catch (failure) {
    return failed(rootCause(failure));
  } finally {
    await app.close();
  }
}

function failed(failure: unknown): Finding {
  const { message, advice } = adviceFor(failure);
  return { ok: false, lines: [`PostgreSQL: ${message}`, `  → ${advice}`] };
}

/** The error of the database below the one that clients would see. */
function rootCause(failure: unknown): unknown {
  return failure instanceof Error && failure.cause !== undefined ? rootCause(failure.cause) : failure;
}
