import { demoTokens } from './demo-tokens.js';
import { demoAdmin, demoUser, writers } from './people.js';
import { demoList } from './routes.js';

const userId = '1';
const adminId = '2';
/** The first bit of Mastodon's permissions: the administrator's, who has all others by it. */
const role = { id: '1', permissions: '1' };
const filterId = '1';
/** The demo has been there for ever: rows that are written anew are equal to those written before. */
const createdAt = new Date('2024-03-01T00:00:00Z');

/**
 * What the tables must hold for the demo's tokens to work, one array for each table, the columns by their names in
 * camel case. For the embedded database alone: published tokens have no place in a real one.
 */
export const demoRows = {
  accounts: [demoUser, demoAdmin, ...writers].map(({ id, username, domain }) => ({ id, username, domain })),
  roles: [role],
  users: [
    { id: userId, accountId: demoUser.id, disabled: false, approved: true, confirmedAt: createdAt, roleId: null },
    { id: adminId, accountId: demoAdmin.id, disabled: false, approved: true, confirmedAt: createdAt, roleId: role.id },
  ],
  lists: [{ id: demoList.id, accountId: demoUser.id, title: demoList.title }],
  // Statuses about one of the writers' favourite subjects carry the result of this filter.
  filters: [
    {
      id: filterId,
      accountId: demoUser.id,
      title: 'Hungry',
      context: ['home', 'public'] as string[],
      action: 0,
      expiresAt: null,
    },
  ],
  filterKeywords: [
    { id: '1', customFilterId: filterId, keyword: 'sourdough', wholeWord: true },
    { id: '2', customFilterId: filterId, keyword: 'Sauerteig', wholeWord: true },
    { id: '3', customFilterId: filterId, keyword: 'café', wholeWord: true },
  ],
  accessTokens: demoTokens.map(({ token, scopes, administrator = false }, index) => ({
    id: String(index + 1),
    token,
    scopes,
    resourceOwnerId: administrator ? adminId : userId,
    createdAt,
  })),
} as const;
