import { moduleContract, viewer } from '@fedistream/stream-kit/testing';
import { describe, it } from 'vitest';
import module from './index.js';

describe('the module federation', () => {
  for (const { title, run } of moduleContract(module, { viewer: viewer() })) {
    it(title, run);
  }
});
