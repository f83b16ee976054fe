import { grantsAny, parseScopes } from '@fedistream/domain';
import { describe, expect, it } from 'vitest';
import { demoRows } from './demo-rows.js';
import { demoTokens } from './demo-tokens.js';
import { demoAdmin, demoUser, writers } from './people.js';

describe('demoRows', () => {
  it('have unique ids in each table', () => {
    for (const rows of Object.values(demoRows)) {
      const ids = rows.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) {
        expect(id).toMatch(/^[1-9]\d{0,18}$/);
      }
    }
  });

  it('link users to the demo’s accounts, the list to the demo user, and each token to its user', () => {
    const [user, administrator] = demoRows.users;
    expect(demoRows.users.map(({ accountId }) => accountId)).toEqual([demoUser.id, demoAdmin.id]);
    expect(demoRows.lists[0].accountId).toBe(demoUser.id);
    expect(demoRows.accessTokens.map(({ token, resourceOwnerId }) => [token, resourceOwnerId])).toEqual(
      demoTokens.map(({ token }) => [token, token === 'demo-admin' ? administrator.id : user.id]),
    );
  });

  it('have one administrator, and only that token has an administrator’s scope', () => {
    const [role] = demoRows.roles;
    expect(BigInt(role.permissions) & 1n).toBe(1n);
    expect(demoRows.users.map(({ roleId }) => roleId)).toEqual([null, role.id]);
    const granted = demoTokens.filter(({ scopes }) => grantsAny(parseScopes(scopes), ['admin:read']));
    expect(granted.map(({ token }) => token)).toEqual(['demo-admin']);
  });

  it('filter words that the demo’s texts contain', () => {
    const texts = writers.flatMap(({ drafts }) => drafts.map(({ text }) => text)).join('\n');
    for (const { keyword, customFilterId } of demoRows.filterKeywords) {
      expect(texts.toLowerCase()).toContain(keyword.toLowerCase());
      expect(customFilterId).toBe(demoRows.filters[0].id);
    }
  });

  it('contain every account that publishes', () => {
    expect(demoRows.accounts).toHaveLength(writers.length + 2);
    expect(demoRows.accounts[0]).toEqual({ id: demoUser.id, username: 'demo', domain: null });
  });

  it('have tokens for all streams, statuses only, notifications only, none, and the administrator', () => {
    const opens = demoRows.accessTokens.map(({ scopes }) => [
      grantsAny(parseScopes(scopes), ['read', 'read:statuses']),
      grantsAny(parseScopes(scopes), ['read', 'read:notifications']),
    ]);
    expect(opens).toEqual([
      [true, true],
      [true, false],
      [false, true],
      [false, false],
      [true, true],
    ]);
  });
});
