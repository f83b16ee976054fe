import 'reflect-metadata';
import { moduleContract, viewer } from '@fedistream/stream-kit/testing';
import { DataSource } from 'typeorm';
import { describe, it } from 'vitest';
import module from './index.js';

/** A database in which account 1 has written draft 1. */
const database = {
  getRepository: () => ({
    findBy: () => Promise.resolve([{ id: '1', accountId: '1' }]),
    countBy: () => Promise.resolve(3),
  }),
  destroy: () => Promise.resolve(),
};

describe('the module drafts', () => {
  const options = {
    viewer: viewer(),
    environment: { DRAFTS_DATABASE_URL: 'postgresql://127.0.0.1/drafts' },
    override: (testing: Parameters<NonNullable<Parameters<typeof moduleContract>[1]['override']>>[0]) =>
      testing.overrideProvider(DataSource).useValue(database),
  };
  for (const { title, run } of moduleContract(module, options)) {
    it(title, run);
  }
});
