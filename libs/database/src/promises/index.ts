import { audiencePromises } from './audience-promises.js';
import { crowdPromises } from './crowd-promises.js';
import { filterPromises } from './filter-promises.js';
import { oldMastodonPromises } from './old-mastodon-promises.js';
import { oraclePromises } from './oracle-promises.js';
import { parameterPromises } from './parameter-promises.js';
import { roleAndListPromises } from './role-and-list-promises.js';
import { tablePromises } from './table-promises.js';
import type { TestDatabase } from './test-database.js';
import { tokenPromises } from './token-promises.js';

export { ServerProxy } from './server-proxy.js';
export { TestDatabase } from './test-database.js';

/** Everything that holds for whatever database is behind the ports. */
export function databasePromises(test: () => TestDatabase): void {
  parameterPromises(test);
  tablePromises(test);
  tokenPromises(test);
  roleAndListPromises(test);
  audiencePromises(test);
  crowdPromises(test);
  filterPromises(test);
  oraclePromises(test);
  // Takes columns away, so it comes last.
  oldMastodonPromises(test);
}
