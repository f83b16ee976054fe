import { messageHash, newEpoch } from '@fedistream/history';
import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { LeaseLost, type Cursor } from './epoch-writer.js';
import type { HistoryKeys } from './history-keys.js';
import type { PreviousTerm } from './leases.js';
import type { MessageLog } from './message-log.js';
import { beginScript } from './scripts.js';

/** How long the state of an epoch stays when no recorder is left, beyond the retention, in seconds. */
const backstopSeconds = 600;
/** Channels of an ended epoch whose data one command drops. */
const forgottenPerCommand = 500;

/** What {@link findCursor} needs. */
export interface CursorSearch {
  readonly log: MessageLog;
  readonly previous: PreviousTerm;
  /** How long to wait for the last message of the previous leader, in milliseconds: it may be on its way. */
  readonly catchUpMs: number;
  /** Whether the place is still wanted. */
  readonly isCurrent: () => boolean;
}

/** Where the previous leader has ended, in the log of this one; `undefined` if a message may be missing. */
export async function findCursor({ log, previous, catchUpMs, isCurrent }: CursorSearch): Promise<Cursor | undefined> {
  const { epoch, tick, offset, last } = previous;
  const endMs = performance.now() + catchUpMs;
  while (epoch !== '' && tick !== '' && isCurrent() && performance.now() < endMs) {
    const at = log.indexOfTick(tick);
    const index = (at ?? 0) + 1 + offset;
    const before = at === undefined ? undefined : log.at(index - 1);
    if (before !== undefined) {
      const same = messageHash(log.markerBefore(index - 1), before.channel, before.message) === last;
      return same ? { index, tick, offset, marker: log.markerBefore(index) } : undefined;
    }
    await sleep(20);
  }
  return undefined;
}

/** The epochs of a history: one recorder, which leads, begins them. */
export class Epochs {
  constructor(
    private readonly client: Redis,
    private readonly keys: HistoryKeys,
    private readonly token: string,
    private readonly retentionSeconds: number,
  ) {}

  /**
   * Begins an epoch and frees what the last one has kept.
   *
   * @returns its name
   * @throws LeaseLost when another recorder leads, and what the client throws
   */
  async begin(): Promise<string> {
    const epoch = newEpoch();
    const { leader, state } = this.keys;
    const old = await this.client.hget(state, 'epoch');
    const seconds = this.retentionSeconds + backstopSeconds;
    const answer = await beginScript.run(this.client, [leader, state], [this.token, epoch, seconds]);
    if (String(answer) !== 'begun') {
      throw new LeaseLost('another recorder leads');
    }
    if (old !== null) {
      void this.#forget(old);
    }
    return epoch;
  }

  /** Frees what an ended epoch has kept, in slices; what is left expires. */
  async #forget(epoch: string): Promise<void> {
    const { client, keys } = this;
    const channels = keys.channels(epoch);
    const last = String(forgottenPerCommand - 1);
    try {
      for (let some: string[]; (some = await client.zrange(channels, '0', last)).length > 0;) {
        await client.unlink(...some.flatMap((channel) => [keys.stream(epoch, channel), keys.index(epoch, channel)]));
        await client.zrem(channels, ...some);
      }
      await client.unlink(channels, keys.skipped(epoch));
    } catch {
      // It expires.
    }
  }
}
