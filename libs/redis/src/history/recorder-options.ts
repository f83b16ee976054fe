import type { HistorySettings, HistoryStatistics } from '@fedistream/history';
import type { RedisConnections } from '../redis-connections.js';

/** The times of a recorder, in milliseconds. */
export interface RecorderTiming {
  /** How long a lease lasts without renewal: within this time a standby takes over from a recorder that has died. */
  readonly leaseMs: number;
  /** How often leases are asked for and renewed. */
  readonly beatMs: number;
  readonly tickMs: number;
  /** Without its own ticks for so long, a recorder listens to a server that no publisher uses any more. */
  readonly unheardMs: number;
  /** A standby is behind the last leader by milliseconds; what it has not received after this time it has missed. */
  readonly catchUpMs: number;
}

/** The times of a server. Tests have shorter ones. */
export const usualTiming: RecorderTiming = {
  leaseMs: 2_000,
  beatMs: 200,
  tickMs: 1_000,
  unheardMs: 3_000,
  catchUpMs: 400,
};

/** What a `Recorder` is told at its making. */
export interface RecorderOptions {
  /** The Redis on which the platform publishes. */
  readonly platform: RedisConnections;
  /** The Redis that keeps the history; may be the same. */
  readonly history: RedisConnections;
  readonly prefix: string;
  readonly settings: HistorySettings;
  readonly statistics: HistoryStatistics;
  /** By default the lease lasts 2 s. Shorter for tests. */
  readonly timing?: RecorderTiming;
}
