import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';

import { seedEmbedded, Server } from '../support/index.js';
import { describeRuleSuite } from './rule-suite.js';
import { ruleSuites } from './rule-suites.js';

describe('the audience rules, on the embedded database and the in-memory broker,', () => {
  for (const suite of ruleSuites) {
    describeRuleSuite(suite, async (fill) => {
      const directory = await mkdtemp(join(tmpdir(), 'fedistream-audience-'));
      await seedEmbedded(directory, fill);
      const server = await Server.start({ BROKER: 'memory', DATABASE: 'embedded', FEDISTREAM_DATA_DIR: directory });
      return {
        server,
        publisher: server.publisher,
        async stop() {
          await server.stop();
          await rm(directory, { recursive: true });
        },
      };
    });
  }
});
