import { moduleContract, rolesOf, viewer } from '@fedistream/stream-kit/testing';
import { describe, it } from 'vitest';
import module from './index.js';

describe('the module moderation', () => {
  for (const { title, run } of moduleContract(module, {
    viewer: viewer({ scopes: 'admin:read' }),
    roles: rolesOf('manage_reports'),
  })) {
    it(title, run);
  }
});
