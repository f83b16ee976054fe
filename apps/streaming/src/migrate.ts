import { migrate } from '@fedistream/database';
import { errorReason } from '@fedistream/util';

/** `npm run migrate`: creates the tables in the empty database that DATABASE_URL names, and ends. Twice does no harm. */
const url = process.env['DATABASE_URL'] ?? '';
if (url === '') {
  fail(
    'DATABASE_URL must name the database whose tables are to be created, as postgres://user:password@host:5432/name',
  );
}
try {
  await migrate(url);
  process.stdout.write('All tables are there.\n');
} catch (failure) {
  fail(`DATABASE_URL: no tables were created: ${errorReason(failure)}`);
}

function fail(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
