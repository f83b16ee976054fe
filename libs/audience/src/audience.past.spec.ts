import { StreamEvent } from '@fedistream/domain';
import { describe, expect, it } from 'vitest';
import { AudienceHarness } from './testing/audience-harness.js';
import { accountOf, statusOf } from './testing/index.js';

const blocked = accountOf('901', 'bob@elsewhere.example');
const byBlocked = statusOf({ account: blocked });

/** The names and payloads of past events that account 5, which blocks account 901, receives of a stream that the publisher fills. */
async function replayed(name: string, payload: unknown): Promise<unknown[]> {
  const harness = new AudienceHarness();
  harness.tables.blocks.push({ accountId: '5', targetAccountId: '901' });
  const events = [StreamEvent.of(name, payload)];
  const visible = await harness.audience.decidePast(events, '5', undefined);
  return visible.map((event) => event.payload);
}

describe('past events of a stream whose audience the publisher has chosen', () => {
  it.each<[string, string, unknown]>([
    ['a status', 'update', byBlocked],
    ['a boost', 'update', statusOf({ reblog: byBlocked })],
    [
      'a status that mentions the account',
      'update',
      statusOf({ mentions: [{ id: '901', acct: 'bob@elsewhere.example' }] }),
    ],
    ['a conversation', 'conversation', { id: '1', accounts: [blocked], last_status: byBlocked }],
    ['a notification by the account', 'notification', { id: '1', type: 'follow', account: blocked }],
    [
      'a notification about its status',
      'notification',
      { id: '1', type: 'x', account: accountOf('900'), status: byBlocked },
    ],
    [
      'a notification about a boost of its status',
      'notification',
      { id: '1', type: 'status', account: accountOf('900'), status: statusOf({ reblog: byBlocked }) },
    ],
    ['an event of a team with its status', 'card', { id: '1', status: byBlocked }],
    ['a status with an unreadable quote', 'update', statusOf({ quote: [1] })],
    [
      'a notification with an unreadable status',
      'notification',
      { id: '1', account: accountOf('900'), status: { id: '1' } },
    ],
    ['a conversation with an array for its status', 'conversation', { id: '1', last_status: [byBlocked] }],
  ])('leave out what a block hides now, and what cannot be decided about: %s', async (_, name, payload) => {
    expect(await replayed(name, payload)).toEqual([]);
  });

  it.each<[string, string, unknown]>([
    ['a status', 'update', statusOf()],
    ['a deletion', 'delete', '110000000000000001'],
    ['a conversation', 'conversation', { id: '1', accounts: [accountOf('900')], last_status: statusOf() }],
    ['a conversation without a status', 'conversation', { id: '1', accounts: [], last_status: null }],
    ['a notification', 'notification', { id: '1', type: 'follow', account: accountOf('900') }],
    ['an event of a team', 'report', { id: '1', status: 'resolved' }],
  ])('keep what no relationship hides: %s', async (_, name, payload) => {
    expect(await replayed(name, payload)).toEqual([payload]);
  });
});
