import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';

import { fillEmbedded, Server } from '../support/index.js';
import { describeScene } from './scene.js';
import { scenes } from './scenes.js';

describe('who may see a status, on the embedded database and feed,', () => {
  for (const scene of scenes) {
    describeScene(scene, async (fill) => {
      const directory = await mkdtemp(join(tmpdir(), 'fedistream-audience-'));
      await fillEmbedded(directory, fill);
      const server = await Server.start({ BROKER: 'memory', DATABASE: 'embedded', FEDISTREAM_DATA_DIR: directory });
      return {
        server,
        feed: server.feed,
        async stop() {
          await server.stop();
          await rm(directory, { recursive: true });
        },
      };
    });
  }
});
