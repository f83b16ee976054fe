/** Counters of the Redis adapter since the process started: plain numbers, read when metrics are scraped. */
export class RedisStatistics {
  /**
   * Connections of subscriptions that were lost after they had worked, for any reason: a restart, a failover, the network, or
   * Redis disconnecting a slow subscriber. Messages that are published before the next connection is ready are lost.
   */
  connectionsLost = 0;

  /** Commands that Redis refused or did not answer in time. */
  commandsFailed = 0;

  /** Whether Redis refuses to write presence keys. Publishers then publish nothing to new clients, which are refused. */
  presenceFailing = false;
}
