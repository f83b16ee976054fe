import { oneOf, optional, recordId, stream } from '@fedistream/stream-kit';
import { DraftAccess } from './draft-access.js';
import { draftChannel, draftEvents } from './drafts-sync.contract.js';

/** Changes of one draft, for the devices of the account that writes it. */
export const draftsSync = stream({
  name: 'drafts:sync',
  scopes: ['read', 'write:statuses'],
  audience: 'chosen-by-publisher',
  params: { draft: recordId(), kind: optional(oneOf('text', 'poll')) },
  events: draftEvents,
  inject: { access: DraftAccess },
  authorize: ({ viewer, params, deps }) => deps.access.mayEdit(viewer.accountId, params.draft),
  authorizeMany: (contexts, { deps }) =>
    deps.access.mayEditEach(
      contexts.map(({ viewer, params }) => ({ accountId: viewer.accountId, draft: params.draft })),
    ),
  channels: ({ params }) => [draftChannel(params.draft)],
  accepts: (event, { params }) =>
    event.name !== 'draft' || params.kind === undefined || event.payload.kind === params.kind,
  snapshot: async ({ viewer, deps, event }) => [event('unread', { count: await deps.access.unread(viewer.accountId) })],
});
