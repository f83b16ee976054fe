import type { Redis } from 'ioredis';
import type { HistoryKeys } from './history-keys.js';
import { acquireScript, releaseScript, renewScript } from './scripts.js';

/** What the previous leader has left: where the next one continues. */
export interface PreviousTerm {
  /** Empty when no epoch has begun yet. */
  readonly epoch: string;
  /** The last tick that was written, and how many messages behind it. */
  readonly tick: string;
  readonly offset: number;
  /** The hash of the last message that was written. */
  readonly last: string;
}

/** The lease of a leader that has just begun. */
export interface AcquiredLease {
  /** The number of its term; no other leader has it. */
  readonly term: number;
  readonly previous: PreviousTerm;
}

/** Which recorder leads, and which one stands by: two leases in Redis. Methods reject with the errors of Redis. */
export class Leases {
  constructor(
    private readonly client: Redis,
    private readonly keys: HistoryKeys,
    /** The name of this recorder; no other one has it. */
    private readonly token: string,
    private readonly leaseMs: number,
  ) {}

  /** Takes the lease of the standby, unless another recorder has it. @returns whether it is this one's */
  async standBy(): Promise<boolean> {
    const taken = await this.client.set(this.keys.standby, this.token, 'PX', this.leaseMs, 'NX');
    return taken === 'OK' || (await this.client.get(this.keys.standby)) === this.token;
  }

  /** Takes the lease of the leader, unless another recorder has it: then the answer is `undefined`. */
  async lead(): Promise<AcquiredLease | undefined> {
    const { leader, state, term } = this.keys;
    const answer = await acquireScript.run(this.client, [leader, state, term], [this.token, this.leaseMs]);
    if (!Array.isArray(answer)) {
      return undefined;
    }
    const [epoch = '', tick = '', offset = '', last = '', newTerm = ''] = answer.map(String);
    return { term: Number(newTerm), previous: { epoch, tick, offset: Number(offset), last } };
  }

  /** @returns whether the lease is still this recorder's */
  async renew(lease: 'leader' | 'standby'): Promise<boolean> {
    return Number(await renewScript.run(this.client, [this.keys[lease]], [this.token, this.leaseMs])) !== 0;
  }

  /** Gives a lease back. Never rejects: a lease that cannot be given back ends by itself. */
  async release(lease: 'leader' | 'standby'): Promise<void> {
    if (this.client.status === 'ready') {
      await releaseScript.run(this.client, [this.keys[lease]], [this.token]).catch(() => undefined);
    }
  }
}
