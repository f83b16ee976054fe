import { channels, StreamEvent } from '@fedistream/domain';
import { Logger } from '@nestjs/common';
import { config, map, type Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BusStatistics } from './bus-statistics.js';
import { type ControlEvent, EventBus } from './event-bus.js';
import { Broker } from './broker.js';

/** Records the calls of the bus; `confirm` confirms the last subscription. */
class RecordingBroker extends Broker {
  readonly ready = true;
  readonly calls: string[] = [];
  confirm: () => void = () => undefined;

  subscribe(channel: string): Promise<void> {
    this.calls.push(`subscribe ${channel}`);
    return new Promise((resolve) => {
      this.confirm = resolve;
    });
  }

  unsubscribe(channel: string): void {
    this.calls.push(`unsubscribe ${channel}`);
  }
}

const silent = { error: () => undefined };

describe('EventBus', () => {
  let broker: RecordingBroker;
  let statistics: BusStatistics;
  let bus: EventBus;

  beforeEach(() => {
    Logger.overrideLogger(false);
    config.onUnhandledError = null;
    broker = new RecordingBroker();
    statistics = new BusStatistics();
    bus = new EventBus(broker, statistics);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  function record(events: Observable<StreamEvent>, into: string[], label = ''): { unsubscribe(): void } {
    return events.subscribe((event) => into.push(`${label}${event.name}`));
  }

  it('publishes an event to all listeners of its channel, in the order in which they were added', () => {
    const seen: string[] = [];
    record(bus.on('a'), seen, 'first ');
    record(bus.on('a'), seen, 'second ');
    record(bus.on('b'), seen, 'elsewhere ');
    bus.publish('a', StreamEvent.of('update'));
    bus.publish('a', StreamEvent.of('delete'));
    expect(seen).toEqual(['first update', 'second update', 'first delete', 'second delete']);
  });

  it('shares one event object between all listeners', () => {
    const seen: StreamEvent[] = [];
    bus.on('a').subscribe((event) => seen.push(event));
    bus.on('a').subscribe((event) => seen.push(event));
    const event = StreamEvent.of('update', { id: '1' });
    bus.publish('a', event);
    expect(seen[0]).toBe(event);
    expect(seen[1]).toBe(event);
  });

  it('subscribes to a channel for its first listener, and unsubscribes and forgets it after its last', () => {
    const events = bus.on('a');
    expect(broker.calls).toEqual([]);
    const first = events.subscribe();
    const second = bus.on('a').subscribe();
    expect([broker.calls, bus.channelCount]).toEqual([['subscribe a'], 1]);
    first.unsubscribe();
    expect(broker.calls).toEqual(['subscribe a']);
    second.unsubscribe();
    second.unsubscribe();
    expect([broker.calls, bus.channelCount]).toEqual([['subscribe a', 'unsubscribe a'], 0]);
    events.subscribe();
    expect(broker.calls).toEqual(['subscribe a', 'unsubscribe a', 'subscribe a']);
  });

  it('has no listeners for a channel before the first and after the last one', () => {
    expect(bus.hasListeners('a')).toBe(false);
    bus.publish('a', StreamEvent.of('update'));
    const listening = bus.on('a').subscribe();
    expect(bus.hasListeners('a')).toBe(true);
    listening.unsubscribe();
    expect(bus.hasListeners('a')).toBe(false);
  });

  it('settles `subscribed` when the broker has confirmed the channel, or at once without a listener', async () => {
    bus.on('a').subscribe();
    let confirmed = false;
    const subscribed = bus.subscribed('a').then(() => {
      confirmed = true;
    });
    await Promise.resolve();
    expect(confirmed).toBe(false);
    broker.confirm();
    await subscribed;
    expect(confirmed).toBe(true);
    await expect(bus.subscribed('a channel without listeners')).resolves.toBeUndefined();
  });

  it('accepts listeners that are added and removed while an event is published', () => {
    const seen: string[] = [];
    const third: { unsubscribe(): void }[] = [];
    const first = bus.on('a').subscribe((event) => {
      seen.push(`first ${event.name}`);
      first.unsubscribe();
      third[0]?.unsubscribe();
      record(bus.on('a'), seen, 'new ');
    });
    record(bus.on('a'), seen, 'second ');
    third.push(record(bus.on('a'), seen, 'third '));
    bus.publish('a', StreamEvent.of('one'));
    bus.publish('a', StreamEvent.of('two'));
    expect(seen).toEqual(['first one', 'second one', 'second two', 'new two']);
  });

  it('accepts a listener that publishes another event', () => {
    const seen: string[] = [];
    record(bus.on('a').pipe(map((event) => (bus.publish('b', event), event))), seen, 'a ');
    record(bus.on('b'), seen, 'b ');
    bus.publish('a', StreamEvent.of('update'));
    expect(seen).toEqual(['b update', 'a update']);
  });

  describe('when a listener fails', () => {
    const fail = (): never => {
      throw new Error('the listener fails');
    };

    it.each<[string, (events: Observable<StreamEvent>) => unknown]>([
      ['in its callback', (events) => events.subscribe(fail)],
      ['in an operator, without an error callback', (events) => events.pipe(map(fail)).subscribe()],
    ])('%s: other listeners receive the event, the process continues, the error is counted', (_, listen) => {
      vi.useFakeTimers();
      const seen: string[] = [];
      record(bus.on('a'), seen, 'before ');
      listen(bus.on('a'));
      record(bus.on('a'), seen, 'after ');
      bus.publish('a', StreamEvent.of('update'));
      expect(seen).toEqual(['before update', 'after update']);
      vi.runAllTimers();
      expect(statistics.listenerErrors).toBe(1);
    });

    it('in an operator: only that listener ends', () => {
      const seen: string[] = [];
      bus.on('a').pipe(map(fail)).subscribe(silent);
      record(bus.on('a'), seen);
      bus.publish('a', StreamEvent.of('one'));
      bus.publish('a', StreamEvent.of('two'));
      expect(seen).toEqual(['one', 'two']);
    });
  });

  describe('control events', () => {
    it('are emitted with their account or token, and need no listener on the channel', () => {
      const seen: ControlEvent[] = [];
      bus.control.subscribe((event) => seen.push(event));
      const kill = StreamEvent.of('kill');
      bus.publish(channels.system('7'), kill);
      bus.publish(channels.accessToken('9'), kill);
      bus.publish('timeline:7', kill);
      expect(seen).toEqual([
        { target: { kind: 'account', accountId: '7' }, event: kill },
        { target: { kind: 'token', tokenId: '9' }, event: kill },
      ]);
      expect(broker.calls).toEqual([]);
      expect(bus.hasListeners(channels.system('8'))).toBe(true);
    });

    it('cannot be emitted through the observable', () => {
      expect('next' in bus.control).toBe(false);
    });
  });
});
