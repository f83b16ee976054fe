import { describe, expect, it } from 'vitest';
import { messagesPattern } from './broker.js';
import { MemoryBroker } from './memory-broker.js';
import { brokerContract, start } from './testing/index.js';

brokerContract('MemoryBroker', () => {
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

describe('MemoryBroker', () => {
  /** The argument with which `listen` calls back. */
  const listen = (broker: MemoryBroker): Promise<unknown> =>
    new Promise((resolve) => {
      broker.listen(resolve);
    });

  it('does not start without a handler, and names the missing module', async () => {
    expect(String(await listen(new MemoryBroker()))).toContain('import EventBusModule into the application');
  });

  it('does not start when the handler sets no listener', async () => {
    const broker = new MemoryBroker();
    broker.addHandler(messagesPattern, () => Promise.resolve(), true);
    expect(String(await listen(broker))).toContain('has set no listener');
    expect(broker.ready).toBe(false);
  });

  it('is not ready, and confirms no channel, before it is started', async () => {
    const broker = new MemoryBroker();
    let confirmed = false;
    const subscribed = broker.subscribe('timeline:1').then(() => {
      confirmed = true;
    });
    await Promise.resolve();
    expect([broker.ready, confirmed]).toEqual([false, false]);

    await start(broker, () => undefined);
    await subscribed;
    expect(broker.ready).toBe(true);
  });
});
