import { controlTarget, type Channel } from '@fedistream/domain';

/** How much of one channel is kept. What exceeds either bound is dropped, oldest first. */
export interface ChannelBounds {
  readonly entries: number;
  /** Of stored texts, in bytes. */
  readonly bytes: number;
}

/** Bounds of recording and replay. */
export class HistorySettings {
  /** How old a position may be, in seconds. Channels without messages for a minute longer are dropped. */
  readonly retentionSeconds: number = 300;
  /** Channels that every account may read: public timelines and hashtags. */
  readonly publicChannel: ChannelBounds = { entries: 1_000, bytes: 4 * 1024 * 1024 };
  /** Channels of one account, and of teams. */
  readonly privateChannel: ChannelBounds = { entries: 200, bytes: 1024 * 1024 };
  /** All channels together, in bytes. Beyond that the channels longest without a message go first. */
  readonly maxBytes: number = 256 * 1024 * 1024;
  /** Events replayed to one subscription at most. With more, nothing is replayed. */
  readonly maxReplay: number = 300;
  /** Resumes of this process that read and decide at a time, however late the event loop is; and while it is in time. */
  readonly resumesAtOnce: number = 8;
  readonly maxResumesAtOnce: number = 128;
  /** Resumes that wait for that at most; with more, they are told `unavailable`. */
  readonly maxResumesWaiting: number = 10_000;
  /** How long a resume waits for that, in milliseconds; then it is told `unavailable`. */
  readonly resumeWaitMs: number = 20_000;
  /** Messages that a node fetches at most to fill a gap of its own. */
  readonly maxFetched: number = 20_000;
  /** How long a node tries to fill a gap of its own, in milliseconds. Meanwhile its clients receive nothing. */
  readonly gapMs: number = 10_000;
  /**
   * Bytes of messages replayed to one subscription at most; with more, nothing is replayed. Framed, they may take twice as
   * many: so it is at most half of what a client may leave unread, or the replay itself would disconnect its client.
   */
  readonly maxReplayBytes: number = 2 * 1024 * 1024;
  /** How long a node collects fences after it has sent one, in milliseconds. */
  readonly fenceRestMs: number = 20;
  /** How long a fence may be on its way to the node that sent it, in milliseconds. */
  readonly fenceArrivalMs: number = 1_000;
  /** How long the recorder may take to acknowledge a fence, in milliseconds: long enough for a standby to take over. */
  readonly fenceTimeoutMs: number = 4_000;
  /** How long an event may be on its way through the decisions of this node, in milliseconds. */
  readonly decisionMs: number = 25_000;
  /** Without a tick for so long there is no recorder, and no resume is attempted, in milliseconds. */
  readonly recorderSilentMs: number = 6_000;

  constructor(changes: Partial<HistorySettings> = {}) {
    Object.assign(this, changes);
    Object.freeze(this);
  }

  /** The bounds of a channel. */
  boundsOf(channel: Channel): ChannelBounds {
    return isPublicChannel(channel) ? this.publicChannel : this.privateChannel;
  }
}

/** Whether a channel is recorded at all: those of timelines are, control channels never are. */
export function isRecorded(channel: Channel): boolean {
  return channel.startsWith('timeline:') && controlTarget(channel) === undefined;
}

/** Whether the platform publishes on a channel whether or not a client listens. */
export function isPublicChannel(channel: Channel): boolean {
  return /^timeline:(?:public(?::|$)|hashtag:)/.test(channel);
}
