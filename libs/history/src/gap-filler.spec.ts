import type { Channel } from '@fedistream/domain';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GapFiller, type UnfilledGap } from './gap-filler.js';
import { HistorySettings } from './history-settings.js';
import { HistoryStatistics } from './history-statistics.js';
import { markerChannel } from './marker.js';
import { MemoryHistoryStore } from './memory-history-store.js';
import { PositionTracker } from './position-tracker.js';

Logger.overrideLogger(false);

const [home, other, control] = ['timeline:1', 'timeline:2', 'timeline:access_token:1'];
const bounds = { privateChannel: { entries: 5, bytes: 100_000 } };

/** A node whose connection to the broker a test cuts, with a recorder whose connection holds. */
class CutNode {
  readonly received: string[] = [];
  readonly unfilled: UnfilledGap[] = [];
  readonly statistics = new HistoryStatistics();
  readonly store: MemoryHistoryStore;
  readonly tracker: PositionTracker;
  readonly filler: GapFiller;
  connected = true;
  ready = true;

  constructor(settings: Partial<HistorySettings> = {}) {
    const all = new HistorySettings({ gapMs: 1_000, fenceArrivalMs: 100, ...settings });
    this.store = new MemoryHistoryStore((channel, text) => {
      this.publish(channel, text);
    }, all);
    this.tracker = new PositionTracker(this.store, all, this.statistics, () => this.ready);
    this.filler = new GapFiller(this.store, this.tracker, all, this.statistics, {
      ready: () => this.ready,
      channels: () => [home, other, markerChannel],
    });
    this.filler.unfilled.subscribe((gap) => {
      this.unfilled.push(gap);
      this.received.push('gap');
    });
    this.filler.open((channel, message, origin = this.tracker.tag(channel, message)) => {
      if (channel !== markerChannel) {
        this.received.push(message.toString());
        this.positions.set(message.toString(), origin.position);
      }
    });
    this.store.start();
  }

  readonly positions = new Map<string, string | undefined>();

  publish(channel: Channel, ...texts: readonly string[]): void {
    for (const text of texts) {
      const message = Buffer.from(text);
      this.store.append(channel, message);
      if (this.connected && !this.filler.keep(channel, message)) {
        const origin = this.tracker.tag(channel, message);
        if (channel !== markerChannel) {
          this.received.push(text);
          this.positions.set(text, origin.position);
        }
      }
    }
  }

  reconnect(): void {
    this.connected = true;
    this.filler.begin();
  }

  close(): void {
    this.filler.close();
    this.tracker.close();
    this.store.close();
  }
}

describe('a node that was disconnected from the broker', () => {
  let node: CutNode;

  beforeEach(() => {
    node = new CutNode();
  });

  afterEach(() => {
    node.close();
  });

  it('receives what it missed, then what was published meanwhile, once and in order', async () => {
    node.publish(home, 'a', 'b');
    node.publish(other, 'c');
    node.connected = false;
    node.publish(home, 'd');
    node.publish(other, 'e');
    node.publish(home, 'f');
    node.reconnect();
    node.publish(home, 'g');
    node.publish(other, 'h');
    await node.filler.filling;
    node.publish(home, 'i');
    expect(node.received).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
    expect(node.unfilled).toEqual([]);
    expect(node.statistics.gaps).toEqual({ filled: 1, unfilled: 0 });
  });

  it('gives what it missed the positions that every other node gives it', async () => {
    const whole = new CutNode();
    node.publish(home, 'a');
    node.connected = false;
    node.publish(home, 'b');
    node.reconnect();
    await node.filler.filling;
    node.publish(home, 'c');
    for (const text of ['a', 'b', 'c']) {
      expect(node.positions.get(text)).toBeDefined();
    }
    expect(new Set(node.positions.values()).size).toBe(3);
    whole.close();
  });

  it('receives equal messages as often as they were published, or more often, never less', async () => {
    node.publish(home, 'same', 'same');
    node.connected = false;
    node.publish(home, 'same', 'last');
    node.reconnect();
    await node.filler.filling;
    expect(node.received).toEqual(['same', 'same', 'same', 'last']);
  });

  it('handles control messages at once, while others wait', async () => {
    node.publish(home, 'a');
    node.ready = false;
    node.connected = false;
    node.reconnect();
    node.publish(home, 'waits');
    node.publish(control, 'kill');
    expect(node.received).toEqual(['a', 'kill']);
    node.ready = true;
    await node.filler.filling;
    expect(node.received).toEqual(['a', 'kill', 'waits']);
  });

  it('says of which channels something is missing, before the next message, and fills the others', async () => {
    node.close();
    node = new CutNode(bounds);
    node.publish(home, 'a');
    node.publish(other, 'b');
    node.connected = false;
    node.publish(other, 'c');
    node.publish(home, ...Array.from({ length: 9 }, (_, index) => `too many ${index}`));
    node.reconnect();
    node.publish(home, 'live');
    await node.filler.filling;
    expect(node.unfilled).toEqual([{ channels: new Set([home]), reason: 'trimmed' }]);
    expect(node.received).toEqual(['a', 'b', 'gap', 'c', 'live']);
  });

  it('continues live after a while when no recorder answers, and says that something is missing', async () => {
    node.publish(home, 'a');
    node.connected = false;
    node.publish(home, 'missed');
    node.ready = false;
    node.reconnect();
    node.publish(home, 'live');
    await node.filler.filling;
    expect(node.unfilled).toEqual([{ channels: undefined, reason: 'noFence' }]);
    expect(node.received).toEqual(['a', 'gap', 'live']);
    // What it receives now has no position: it would be behind the gap.
    expect(node.positions.get('live')).toBeUndefined();
    expect(node.tracker.timesMissed).toBe(1);
  });

  it('fills both gaps when it is disconnected again while it fills the first one', async () => {
    node.publish(home, 'a');
    node.connected = false;
    node.publish(home, 'b');
    node.ready = false;
    node.reconnect();
    node.publish(home, 'c');
    node.connected = false;
    node.publish(home, 'd');
    node.reconnect();
    node.publish(home, 'e');
    node.ready = true;
    await node.filler.filling;
    expect(node.received).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(node.unfilled).toEqual([]);
  });
});
