import { describe } from 'vitest';

import { openTestEnvironment } from '../support/index.js';
import { describeRuleSuite } from './rule-suite.js';
import { ruleSuites } from './rule-suites.js';

describe('the audience rules, on PostgreSQL and Redis,', () => {
  for (const suite of ruleSuites) {
    describeRuleSuite(suite, async (fill) => {
      const environment = await openTestEnvironment();
      await fill(environment.fixtures);
      return environment;
    });
  }
});
