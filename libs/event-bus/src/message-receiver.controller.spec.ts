import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BusStatistics } from './bus-statistics.js';
import { EventBus } from './event-bus.js';
import { EventBusModule, MemoryBrokerModule } from './event-bus.module.js';
import { Broker } from './broker.js';
import { MemoryBroker } from './memory-broker.js';

/** The transport, Nest and the bus, wired as the application wires them. */
describe('A message from the transport', () => {
  let close: () => Promise<void>;
  let bus: EventBus;
  let broker: MemoryBroker;
  let statistics: BusStatistics;
  let warnings: string[];

  beforeEach(async () => {
    warnings = [];
    vi.spyOn(Logger.prototype, 'warn').mockImplementation((message: unknown) => warnings.push(String(message)));
    const application = await Test.createTestingModule({
      imports: [EventBusModule.forRoot(MemoryBrokerModule)],
    }).compile();
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
    const service = application.createNestMicroservice({ strategy: application.get(MemoryBroker) });
    service.useLogger(false);
    await service.listen();
    bus = application.get(EventBus);
    broker = application.get(MemoryBroker);
    statistics = application.get(BusStatistics);
    expect(application.get(Broker)).toBe(broker);
    close = () => service.close();
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    vi.useRealTimers();
    await close();
  });

  /** Settles when all earlier messages have been handled. */
  function fence(): Promise<void> {
    return new Promise((resolve) => {
      const listening = bus.on('fence').subscribe(() => {
        listening.unsubscribe();
        resolve();
      });
      broker.publish('fence', '{"event":"fence"}');
    });
  }

  it('reaches the listeners of its channel as an event', async () => {
    const seen: string[] = [];
    bus.on('timeline:public').subscribe(({ name, text }) => seen.push(`${name} ${text ?? ''}`));
    broker.publish('timeline:public', '{"event":"update","payload":{"id":"1"}}');
    await fence();
    expect(seen).toEqual(['update {"id":"1"}']);
  });

  it('keeps its order across channels, control channels and malformed messages', async () => {
    const seen: string[] = [];
    bus.on('a').subscribe(({ text }) => seen.push(text ?? ''));
    bus.on('b').subscribe(({ text }) => seen.push(text ?? ''));
    bus.control.subscribe(({ event }) => seen.push(event.text ?? ''));
    const sources = ['a', 'b', 'timeline:system:1', 'timeline:access_token:2'];
    const expected: string[] = [];
    for (let index = 0; index < 1_000; index++) {
      broker.publish(sources[index % 4] ?? '', `{"event":"e","payload":${index}}`);
      expected.push(`${index}`);
      if (index % 10 === 0) {
        broker.publish('a', 'garbage');
      }
      if (index % 300 === 0) {
        await Promise.resolve();
      }
    }
    await fence();
    expect(seen).toEqual(expected);
  });

  it('is counted and dropped when it is malformed; the next one is delivered', async () => {
    const seen: string[] = [];
    bus.on('a').subscribe(({ name }) => seen.push(name));
    for (const text of ['', 'null', '[]', '{}', '{"event":7}', '['.repeat(200), '{"event":"e","payload":1}']) {
      broker.publish('a', text);
    }
    await fence();
    expect(seen).toEqual(['e']);
    expect(statistics.received).toBe(8);
    expect(statistics.malformed).toEqual({ notJson: 1, notAnObject: 2, noEvent: 1, badEventName: 1, tooDeep: 1 });
  });

  it('is logged with channel and reason, once per interval and without its content, when it is malformed', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    bus.on('timeline:public').subscribe();
    for (let index = 0; index < 5; index++) {
      broker.publish('timeline:public', 'a secret');
    }
    await fence();
    expect(warnings).toEqual(['Dropped a malformed message on timeline:public (notJson); check its publisher']);
    vi.advanceTimersByTime(10_001);
    broker.publish('timeline:public', '{"event":""}');
    await fence();
    expect(warnings[1]).toBe(
      'Dropped a malformed message on timeline:public (badEventName); check its publisher (and 4 more since the last such line)',
    );
    expect(warnings).toHaveLength(2);
  });

  it('is not decoded when its channel has lost its last listener', async () => {
    void broker.subscribe('a');
    broker.publish('a', 'garbage');
    await fence();
    expect(statistics.malformed.notJson).toBe(0);
    expect(statistics.received).toBe(2);
  });
});
