import { AudienceStore } from '@fedistream/audience';
import { viewerSetOf } from '@fedistream/audience/testing';
import { Lists, Roles, TokenStore } from '@fedistream/auth';
import { parseScopes } from '@fedistream/domain';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { describe, expect, it, vi } from 'vitest';
import { DatabasePool } from './connection/database-pool.js';
import { DatabaseModule } from './database.module.js';

const viewer = { accountId: '1', userId: '2', tokenId: '3', scopes: parseScopes('read') };

describe('DatabaseModule', () => {
  it('starts without a database; every port then rejects, and none answers "no"', async () => {
    // No process listens on port 1.
    const settings = { kind: 'postgresql', host: '127.0.0.1', port: 1, user: 'nobody', name: 'none' } as const;
    const app = await Test.createTestingModule({ imports: [DatabaseModule.forRoot(settings)] }).compile();
    await app.init();

    const viewers = viewerSetOf(['5']);
    const query = { viewers, authorIds: ['1'], accountIds: ['1'], domains: [], language: null };
    const store = app.get(AudienceStore);
    const lookups = [
      app.get(TokenStore).findViewer('token'),
      app.get(TokenStore).scopesOf(['1']),
      app.get(Lists).ownedBy(viewer, '1'),
      app.get(Roles).can(viewer, 'view_feeds'),
      store.facts(query),
      store.feedAccess(),
      store.mayViewClosedFeeds(viewers),
      store.filters(['5']),
    ];
    const answers = await Promise.allSettled(lookups);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(app.get(DatabasePool)).toMatchObject({ up: false, total: 0, idle: 0, waiting: 0 });
    expect(app.get(DataSource).isInitialized).toBe(false);
    await app.close();
    await expect(app.get(TokenStore).scopesOf(['1'])).rejects.toThrow('closed');
  });

  it('logs at the start that the database is unreachable', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const settings = { kind: 'postgresql', host: '127.0.0.1', port: 1, user: 'nobody', name: 'none' } as const;
    const app = await Test.createTestingModule({ imports: [DatabaseModule.forRoot(settings)] }).compile();
    await app.init();
    await vi.waitFor(() => {
      expect(warn).toHaveBeenCalledWith('PostgreSQL: connect ECONNREFUSED 127.0.0.1:1');
    });
    await app.close();
    warn.mockRestore();
  });

  it('does not start with invalid settings', async () => {
    const settings = { kind: 'postgresql', url: 'postgres://db/d?sslmode=off' } as const;
    await expect(Test.createTestingModule({ imports: [DatabaseModule.forRoot(settings)] }).compile()).rejects.toThrow(
      'sslmode=off',
    );
  });
});
