import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AdmissionQueue } from '@fedistream/auth';
import { DatabasePool } from '@fedistream/database';
import { Broker } from '@fedistream/event-bus';
import { performance } from 'node:perf_hooks';
import { Readiness } from '../connections/readiness.js';

/** Why a process may not be ready. */
export const unreadyReasons = ['draining', 'recorder', 'redis', 'postgresql', 'overloaded'] as const;

/** One of {@link unreadyReasons}. */
export type UnreadyReason = (typeof unreadyReasons)[number];

/** Above this share of its time the event loop has no reserve for new clients. */
const overloadedAbove = 0.98;
const measuredMs = 1_000;

/** Whether a load balancer should send new clients to this process. */
@Injectable()
export class ReadinessReport implements OnApplicationBootstrap {
  #utilization = performance.eventLoopUtilization();
  #measuredAt = performance.now();
  #busy = false;

  constructor(
    private readonly admissions: AdmissionQueue,
    private readonly broker: Broker,
    private readonly pool: DatabasePool,
    private readonly readiness: Readiness,
  ) {}

  /** Called by Nest. The start itself keeps the event loop busy, and says nothing about clients. */
  onApplicationBootstrap(): void {
    this.#utilization = performance.eventLoopUtilization();
    this.#measuredAt = performance.now();
  }

  /** The reasons against it; none when the process is ready. */
  reasons(): UnreadyReason[] {
    const checks: Record<UnreadyReason, boolean> = {
      draining: this.readiness.leaving,
      recorder: this.readiness.onlyRecords,
      redis: !this.broker.ready,
      postgresql: !this.pool.up,
      overloaded: this.admissions.overloaded || this.#isBusy(),
    };
    return unreadyReasons.filter((reason) => checks[reason]);
  }

  /** Measured since the last question, and at least over a second. */
  #isBusy(): boolean {
    if (performance.now() - this.#measuredAt >= measuredMs) {
      const current = performance.eventLoopUtilization();
      this.#busy = performance.eventLoopUtilization(current, this.#utilization).utilization > overloadedAbove;
      this.#utilization = current;
      this.#measuredAt = performance.now();
    }
    return this.#busy;
  }
}
