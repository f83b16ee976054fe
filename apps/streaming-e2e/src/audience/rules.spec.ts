import { describe } from 'vitest';

import { openTestEnvironment } from '../support/index.js';
import { describeRuleSuite } from './rule-suite.js';
import { scenes } from './rule-suites.js';

describe('who may see a status, on PostgreSQL and Redis,', () => {
  for (const scene of scenes) {
    describeRuleSuite(scene, async (fill) => {
      const environment = await openTestEnvironment();
      await fill(environment.fixtures);
      return environment;
    });
  }
});
