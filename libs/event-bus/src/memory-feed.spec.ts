import { describe, expect, it } from 'vitest';
import { messagePattern } from './event-feed.js';
import { MemoryFeed } from './memory-feed.js';
import { feedContract, start } from './testing/index.js';

feedContract('MemoryFeed', () => {
  const feed = new MemoryFeed();
  return Promise.resolve({
    feed,
    publish: (channel, text) => {
      feed.publish(channel, text);
      return Promise.resolve();
    },
    dispose: () => Promise.resolve(),
  });
});

describe('MemoryFeed', () => {
  it('says what is missing when it is started without a handler', () => {
    expect(() => {
      new MemoryFeed().listen(() => undefined);
    }).toThrow('EventBusModule is not part of the application');
  });

  it('is not ready, and confirms no channel, before it is started', async () => {
    const feed = new MemoryFeed();
    let followed = false;
    void feed.follow('timeline:1').then(() => {
      followed = true;
    });
    await Promise.resolve();
    expect([feed.ready, followed]).toEqual([false, false]);

    feed.addHandler(messagePattern, () => Promise.resolve(), true);
    await start(feed);
    await Promise.resolve();
    expect([feed.ready, followed]).toEqual([true, true]);
  });
});
