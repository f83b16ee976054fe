import { boostBy, statusBy } from '../support/index.js';
import type { AudienceCase } from './audience-case.js';
import { giveRole, permissions, type People } from './people.js';

const everyone = ['eve', 'finn'] as const;
const remote = ({ bob }: People) => statusBy(bob);
const allOther = 0xfffffffn & ~(permissions.administrator | permissions.viewFeeds);

/** Rule 2, while the feeds of local statuses and of remote hashtags are closed. */
export const halfClosed: readonly AudienceCase[] = [
  { it: 'a local status is hidden', seenBy: [] },
  { it: 'a remote status is seen', payload: remote, seenBy: everyone },
  {
    it: 'a local boost of a remote status is hidden',
    payload: ({ alice, bob }) => boostBy(alice, statusBy(bob)),
    seenBy: [],
  },
  {
    it: 'a remote boost of a local status is seen',
    payload: ({ alice, bob }) => boostBy(bob, statusBy(alice)),
    seenBy: everyone,
  },
  { it: 'a local hashtag is seen', feed: 'topic', seenBy: everyone },
  { it: 'a remote hashtag is hidden', feed: 'topic', payload: remote, seenBy: [] },
  { it: 'viewers do not see their own statuses', payload: ({ eve }) => statusBy(eve.account), seenBy: [] },
  {
    it: 'the permission to view feeds opens the local live feed',
    given: (f, { eve }) => giveRole(f, eve, permissions.viewFeeds),
    seenBy: ['eve'],
  },
  {
    it: 'the permission to view feeds opens hashtags',
    feed: 'topic',
    payload: remote,
    given: (f, { eve }) => giveRole(f, eve, permissions.viewFeeds | 4n),
    seenBy: ['eve'],
  },
  {
    it: 'administrators see a local status',
    given: (f, { eve }) => giveRole(f, eve, permissions.administrator),
    seenBy: ['eve'],
  },
  { it: 'no other permission opens the feed', given: (f, { eve }) => giveRole(f, eve, allOther), seenBy: [] },
  {
    it: 'a role does not reveal a status of an author who blocks the viewer',
    given: async (f, { eve, alice }) => {
      await giveRole(f, eve, permissions.administrator);
      await f.block(alice, eve.account);
    },
    seenBy: [],
  },
];

/** Rule 2, while the same feeds are closed and the default role may view feeds. */
export const openToEveryone: readonly AudienceCase[] = [
  { it: 'a local status is seen by all', seenBy: everyone },
  { it: 'a remote hashtag is seen by all', feed: 'topic', payload: remote, seenBy: everyone },
  {
    it: 'the viewer’s own role takes no permission away',
    given: (f, { eve }) => giveRole(f, eve, allOther),
    seenBy: everyone,
  },
];
