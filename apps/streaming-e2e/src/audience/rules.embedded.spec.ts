import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';

import { seedEmbedded, Server } from '../support/index.js';
import { describeRuleSuite, type RuleSuite } from './rule-suite.js';
import { ruleSuites } from './rule-suites.js';

/** `npm run test:rules` runs every case. */
const everyCase = process.env['EMBEDDED_RULES'] === 'all';

/**
 * The first and the last case of each topic, and no third server. `rules.spec.ts` runs every case on PostgreSQL and Redis,
 * and the contract suites of the database run every statement on the embedded one.
 */
const suites = everyCase ? ruleSuites : ruleSuites.slice(0, 2).map(shortened);

function shortened(suite: RuleSuite): RuleSuite {
  const cases = Object.entries(suite.cases).map(([topic, all]) => [
    topic,
    all.filter((_, index) => index === 0 || index === all.length - 1),
  ]);
  return { ...suite, cases: Object.fromEntries(cases) as RuleSuite['cases'] };
}

describe('the audience rules, on the embedded database and the in-memory broker,', () => {
  for (const suite of suites) {
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
