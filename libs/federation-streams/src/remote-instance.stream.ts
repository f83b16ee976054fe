import { channels, stream } from '@fedistream/stream-kit';
import { domainOf, instance } from './instance.js';
import { SeenStatuses } from './seen-statuses.js';

/**
 * Public statuses of one other server. Deletions come along where this process has seen the status: a replay on another
 * process could leave some out.
 */
export const remoteInstance = stream({
  name: 'remote:instance',
  params: { instance: instance() },
  scopes: ['read', 'read:statuses'],
  audience: 'per-viewer',
  closedBy: 'live-feeds',
  inject: { seen: SeenStatuses },
  channels: () => [channels.public('remote')],
  replayable: false,
  accepts: (event, { params, deps }) => {
    if (event.name === 'update' || event.name === 'status.update') {
      const domain = domainOf(event.payload.account.acct);
      deps.seen.remember(event.payload.id, domain);
      return domain === params.instance;
    }
    return event.name === 'delete' && deps.seen.domainOf(event.payload) === params.instance;
  },
});
