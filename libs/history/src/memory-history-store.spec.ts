import type { Channel } from '@fedistream/domain';
import { HistorySettings } from './history-settings.js';
import { MemoryHistoryStore } from './memory-history-store.js';
import { historyContract, TrackedHistory } from './testing/index.js';

historyContract('MemoryHistoryStore', (changes) => {
  const settings = new HistorySettings(changes);
  let recorder: MemoryHistoryStore | undefined;
  const publish = (channel: Channel, text: string) => {
    recorder?.append(channel, Buffer.from(text));
    node.receive(channel, Buffer.from(text));
  };
  // Another recorder in the same process is another store: the node asks whichever there is.
  const begin = () => (recorder = new MemoryHistoryStore(publish, settings));
  let store = begin();
  let node = new TrackedHistory(store, settings);
  store.start();
  return Promise.resolve({
    get node() {
      return node;
    },
    publish: (channel, text) => {
      publish(channel, text);
      return Promise.resolve();
    },
    restartRecorder: async (missed) => {
      store.close();
      recorder = undefined;
      await missed();
      store = begin();
      const { received } = node;
      node = new TrackedHistory(store, settings);
      node.received.push(...received);
      store.start();
    },
    dispose: () => {
      store.close();
      return Promise.resolve();
    },
  });
});
