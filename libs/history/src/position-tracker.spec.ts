import { NEVER } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HistorySettings } from './history-settings.js';
import { HistoryStatistics } from './history-statistics.js';
import { HistoryStore } from './history-store.js';
import { fenceText, markerChannel, tickText } from './marker.js';
import { newEpoch, parsePosition } from './position.js';
import { PositionTracker } from './position-tracker.js';

const epoch = newEpoch();

class SilentStore extends HistoryStore {
  readonly node = 'node';
  readonly acknowledged = NEVER;
  readonly fence = () => Promise.resolve();
  readonly read = () => Promise.resolve({ gap: 'unknown' as const });
}

describe('the positions that a node gives messages', () => {
  let tracker: PositionTracker;

  beforeEach(() => {
    tracker = new PositionTracker(new SilentStore(), new HistorySettings(), new HistoryStatistics(), () => true);
  });

  afterEach(() => {
    tracker.close();
  });

  const positionOf = (channel: string, text: string) => tracker.tag(channel, Buffer.from(text)).position;

  it('do not exist before the first announcement of an epoch', () => {
    expect(positionOf('timeline:1', 'message')).toBeUndefined();
    expect(positionOf(markerChannel, fenceText('other', 1))).toBeUndefined();
    expect(positionOf('timeline:1', 'message')).toBeUndefined();
    expect(parsePosition(positionOf(markerChannel, tickText(epoch, 0)) ?? '')?.epoch).toBe(epoch);
    expect(positionOf('timeline:1', 'message')).toBeDefined();
  });

  it('differ for equal messages with a marker of any kind between them', () => {
    const positions = [tickText(epoch, 0), tickText(epoch, 1), fenceText('other', 1)].map((marker) => {
      positionOf(markerChannel, marker);
      return positionOf('timeline:1', 'same');
    });
    expect(new Set(positions).size).toBe(3);
  });

  it('are equal for equal messages between two markers: what is no marker does not count', () => {
    positionOf(markerChannel, tickText(epoch, 0));
    const position = positionOf('timeline:1', 'same');
    positionOf(markerChannel, 'not a marker');
    expect(positionOf('timeline:1', 'same')).toBe(position);
  });

  it.each([
    ['number', 20_001, 10],
    ['size', 40, 1024 * 1024],
  ])('do not exist when too many messages came after a marker, by %s, and none of them is kept', (_, count, length) => {
    positionOf(markerChannel, tickText(epoch, 0));
    const message = Buffer.alloc(length);
    for (let number = 0; number < count; number++) {
      tracker.tag('timeline:1', message);
    }
    expect(tracker.receivedBehindMarker().size).toBe(0);
    expect(tracker.marker).toBeUndefined();
    expect(positionOf('timeline:1', 'message')).toBeUndefined();
    positionOf(markerChannel, tickText(epoch, 1));
    expect(positionOf('timeline:1', 'message')).toBeDefined();
  });

  it('do not exist after messages may have been missed, until the next marker', () => {
    positionOf(markerChannel, tickText(epoch, 0));
    tracker.missed();
    expect(positionOf('timeline:1', 'message')).toBeUndefined();
    positionOf(markerChannel, fenceText('other', 1));
    expect(positionOf('timeline:1', 'message')).toBeDefined();
  });
});

describe('the recorder that a node presumes', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is alive at first and after each tick, for as long as one may be late', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const settings = new HistorySettings();
    const tracker = new PositionTracker(new SilentStore(), settings, new HistoryStatistics(), () => true);
    const isAlive = () => tracker.recorderAlive;
    expect(isAlive()).toBe(true);
    vi.advanceTimersByTime(settings.recorderSilentMs);
    expect(isAlive()).toBe(false);
    tracker.tag(markerChannel, Buffer.from(tickText(epoch, 0)));
    expect(isAlive()).toBe(true);
    vi.advanceTimersByTime(settings.recorderSilentMs);
    expect(isAlive()).toBe(false);
    tracker.close();
  });
});
