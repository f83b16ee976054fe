import type { Channel } from '@fedistream/domain';
import type { HistoryAnswer, HistoryStore } from '../history-store.js';
import { HistorySettings } from '../history-settings.js';
import { HistoryStatistics } from '../history-statistics.js';
import { parsePosition, type Position } from '../position.js';
import { PositionTracker } from '../position-tracker.js';

/** A message as a node has received it. */
export interface ReceivedMessage {
  readonly channel: Channel;
  readonly text: string;
  readonly order: number;
  readonly position: Position | undefined;
}

/** What is after a position for a client that resumes now. */
export interface ResumedPart {
  /** Texts from history, or why there are none. */
  readonly answer: HistoryAnswer | { readonly gap: 'noFence' };
  /** Messages with a larger order come live. */
  readonly order: number;
}

/** A node without streams and clients: it tracks positions of all that it receives, and resumes as a node does. */
export class TrackedHistory {
  readonly statistics = new HistoryStatistics();
  readonly tracker: PositionTracker;
  readonly received: ReceivedMessage[] = [];

  constructor(
    readonly store: HistoryStore,
    private readonly settings = new HistorySettings(),
    complete: () => boolean = () => true,
  ) {
    this.tracker = new PositionTracker(store, settings, this.statistics, complete);
  }

  /** To be called for each message that the broker hands on. */
  receive(channel: Channel, message: Buffer): void {
    const origin = this.tracker.tag(channel, message);
    this.received.push({ channel, text: message.toString(), order: origin.order, position: origin.position });
  }

  /** Everything of these channels after a position, and where live messages begin. */
  async resume(
    channels: readonly Channel[],
    position: Position,
    limit = this.settings.maxReplay,
    limitBytes?: number,
  ): Promise<ResumedPart> {
    const after = parsePosition(position);
    if (after === undefined) {
      return { answer: { gap: 'invalid' }, order: 0 };
    }
    const fence = this.tracker.fence();
    const [arrival, upTo] = await Promise.all([fence.arrived, fence.acknowledged]);
    if (arrival === undefined || upTo === undefined) {
      return { answer: { gap: 'noFence' }, order: 0 };
    }
    const answer = await this.store.read({ channels, after: [after], upTo, limit, limitBytes });
    return { answer, order: arrival.order };
  }
}
