/** What the Redis side has seen since the process started. Plain numbers: whoever exposes them reads them when asked. */
export class RedisStatistics {
  /**
   * Connections that were lost after they had worked, for whatever reason: a restart, a failover, the network, or
   * Redis itself, which ends a subscriber that reads too slowly. Messages published before the next one was ready are
   * lost.
   */
  connectionsLost = 0;

  /** Commands that Redis refused or did not answer in time. */
  commandsFailed = 0;
}
