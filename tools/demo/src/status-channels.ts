import { channels, type Channel } from '@fedistream/domain';
import { demoUser } from './people.js';
import type { Status } from './entities.js';

/** The demo user's only list; all local accounts are on it. */
export const demoList = { id: '1', title: 'Neighbours' } as const;

/** The public and hashtag channels of a status; none for a boost or a status that is not public. */
export function publicChannels(status: Status): Channel[] {
  if (status.visibility !== 'public' || status.reblog) {
    return [];
  }
  const local = isLocal(status);
  const origin = local ? 'local' : 'remote';
  const timelines = [channels.public(), channels.public(origin)];
  if (status.media_attachments.length > 0) {
    timelines.push(channels.public(undefined, true), channels.public(origin, true));
  }
  for (const { name } of status.tags) {
    timelines.push(channels.hashtag(name));
    if (local) {
      timelines.push(channels.hashtag(name, true));
    }
  }
  return timelines;
}

/** The channels on which the demo user receives a status: home, and the list when its author is local. */
export function ownChannels(status: Status): Channel[] {
  const home = channels.home(demoUser.id);
  return isLocal(status) ? [home, channels.list(demoList.id)] : [home];
}

function isLocal({ account }: Status): boolean {
  return account.acct === account.username;
}
