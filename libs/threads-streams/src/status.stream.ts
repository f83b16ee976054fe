import { recordId, stream } from '@fedistream/stream-kit';
import { threadChannel } from './status.contract.js';

/** Edits, deletions and replies of one public thread. */
export const status = stream({
  name: 'status',
  params: { id: recordId() },
  scopes: ['read', 'read:statuses'],
  audience: 'per-viewer',
  channels: ({ params }) => [threadChannel(params.id)],
});
