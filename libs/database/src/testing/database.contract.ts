import { audienceContract } from './audience.contract.js';
import { fewViewersContract } from './few-viewers.contract.js';
import { largeBlocklistContract } from './large-blocklist.contract.js';
import { filterContract } from './filter.contract.js';
import { oldMastodonContract } from './old-mastodon.contract.js';
import { referenceContract } from './reference.contract.js';
import { parameterContract } from './parameter.contract.js';
import { roleAndListContract } from './role-and-list.contract.js';
import { tableContract } from './table.contract.js';
import type { TestDatabase } from './test-database.js';
import { tokenContract } from './token.contract.js';

export { TcpProxy } from './tcp-proxy.js';
export { TestDatabase } from './test-database.js';

/** The promises of every database behind the ports. */
export function databaseContract(test: () => TestDatabase): void {
  parameterContract(test);
  tableContract(test);
  tokenContract(test);
  roleAndListContract(test);
  audienceContract(test);
  largeBlocklistContract(test);
  fewViewersContract(test);
  filterContract(test);
  referenceContract(test);
  // Drops columns, so it comes last.
  oldMastodonContract(test);
}
