import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { expect, it } from 'vitest';
import { AudienceModule } from './audience.module.js';
import { AudienceSettings } from './audience-settings.js';
import { AudienceStatistics } from './audience-statistics.js';
import { AudienceStore } from './audience-store.js';
import { Audience } from './audience.js';
import { MemoryAudienceStore } from './testing/index.js';

@Module({
  providers: [{ provide: AudienceStore, useFactory: () => new MemoryAudienceStore() }],
  exports: [AudienceStore],
})
class MemoryModule {}

it('AudienceModule provides the audience with the given settings and defaults for the others', async () => {
  const app = await Test.createTestingModule({
    imports: [AudienceModule.forRoot(MemoryModule, { maxWaitMs: 5 })],
  }).compile();
  expect(app.get(Audience)).toBeInstanceOf(Audience);
  expect(app.get(AudienceStatistics).evaluated).toBe(0);
  expect(app.get(AudienceSettings)).toMatchObject({ maxWaitMs: 5, maxQueued: 1_000 });
  await app.close();
});
