import { grantsAny, parseScopes } from '@fedistream/domain';
import { describe, expect, it } from 'vitest';
import { demoRows } from './demo-rows.js';
import { demoUser, writers } from './people.js';

describe('demoRows', () => {
  it('has no id twice in a table', () => {
    for (const rows of Object.values(demoRows)) {
      const ids = rows.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) {
        expect(id).toMatch(/^[1-9]\d{0,18}$/);
      }
    }
  });

  it('belongs together: tokens to the user, user and list to the demo account', () => {
    const [user] = demoRows.users;
    expect(user.accountId).toBe(demoUser.id);
    expect(demoRows.lists[0].accountId).toBe(demoUser.id);
    expect(demoRows.accessTokens.every(({ resourceOwnerId }) => resourceOwnerId === user.id)).toBe(true);
  });

  it('filters something that people really write', () => {
    const texts = writers.flatMap(({ drafts }) => drafts.map(({ text }) => text)).join('\n');
    for (const { keyword, customFilterId } of demoRows.filterKeywords) {
      expect(texts.toLowerCase()).toContain(keyword.toLowerCase());
      expect(customFilterId).toBe(demoRows.filters[0].id);
    }
  });

  it('knows everybody who writes', () => {
    expect(demoRows.accounts).toHaveLength(writers.length + 1);
    expect(demoRows.accounts[0]).toEqual({ id: demoUser.id, username: 'demo', domain: null });
  });

  it('has a token for all streams, for statuses alone, for notifications alone, and one that opens nothing', () => {
    const opens = demoRows.accessTokens.map(({ scopes }) => [
      grantsAny(parseScopes(scopes), ['read', 'read:statuses']),
      grantsAny(parseScopes(scopes), ['read', 'read:notifications']),
    ]);
    expect(opens).toEqual([
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ]);
  });
});
