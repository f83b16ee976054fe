import { describe, expect, it } from 'vitest';
import { messagePattern } from './broker.js';
import { MemoryBroker } from './memory-broker.js';
import { brokerContract, start } from './testing/index.js';

brokerContract('MemoryFeed', () => {
  const broker = new MemoryBroker();
  return Promise.resolve({
    broker,
    publish: (channel, text) => {
      broker.publish(channel, text);
      return Promise.resolve();
    },
    dispose: () => Promise.resolve(),
  });
});

describe('MemoryFeed', () => {
  it('says what is missing when it is started without a handler', () => {
    expect(() => {
      new MemoryBroker().listen(() => undefined);
    }).toThrow('EventBusModule is not part of the application');
  });

  it('is not ready, and confirms no channel, before it is started', async () => {
    const broker = new MemoryBroker();
    let followed = false;
    void broker.subscribe('timeline:1').then(() => {
      followed = true;
    });
    await Promise.resolve();
    expect([broker.ready, followed]).toEqual([false, false]);

    broker.addHandler(messagePattern, () => Promise.resolve(), true);
    await start(broker);
    await Promise.resolve();
    expect([broker.ready, followed]).toEqual([true, true]);
  });
});
