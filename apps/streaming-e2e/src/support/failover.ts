import type { Redis } from 'ioredis';

import { until } from './until.js';

/**
 * Waits until a replica has what its master has. A test waits for it before it starts the Sentinel, which looks every ten
 * seconds: it is to see a replica that is fit to be promoted.
 */
export async function untilReplicated(replica: Redis): Promise<void> {
  await until('the replica has what the master has', async () =>
    (await replica.info('replication')).includes('master_link_status:up'),
  );
}

/** Waits until a Sentinel would promote the replica. */
export async function untilSentinelKnowsReplica(sentinel: Redis): Promise<void> {
  await until('the Sentinel knows the replica and its state', async () =>
    String(await sentinel.call('SENTINEL', 'REPLICAS', 'mymaster')).includes('master-link-status,ok'),
  );
}
