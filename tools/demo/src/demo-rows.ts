import { demoTokens } from './demo-tokens.js';
import { demoAdmin, demoUser, writers } from './people.js';
import { demoList } from './status-channels.js';

const userId = '1';
const adminId = '2';
/** The first bit of Mastodon's permissions, `administrator`, which implies all others. */
const role = { id: '1', permissions: '1' };
const filterId = '1';
/** A constant, so that rows written again equal the rows written before. */
const createdAt = new Date('2024-03-01T00:00:00Z');

/**
 * The rows that the demo's tokens need: an array for each table, the columns in camel case. Only the embedded database may get
 * them, because the tokens are public.
 */
export const demoRows = {
  accounts: [demoUser, demoAdmin, ...writers].map(({ id, username, domain }) => ({ id, username, domain })),
  roles: [role],
  users: [
    { id: userId, accountId: demoUser.id, disabled: false, approved: true, confirmedAt: createdAt, roleId: null },
    { id: adminId, accountId: demoAdmin.id, disabled: false, approved: true, confirmedAt: createdAt, roleId: role.id },
  ],
  lists: [{ id: demoList.id, accountId: demoUser.id, title: demoList.title }],
  // Statuses with one of these words carry the result of this filter.
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
