import { channelFamily, oneOf, optional, payload, recordId, stream } from '@fedistream/stream-kit';
import { DraftAccess } from './draft-access.js';

/** A draft as its devices receive it. */
export interface DraftPayload {
  readonly id: string;
  readonly kind: 'text' | 'poll';
  readonly text: string;
}

/** What devices receive, and what the editor publishes. */
export const draftEvents = {
  draft: payload<DraftPayload>({ carriesStatus: false }),
  unread: payload<{ readonly count: number }>({ carriesStatus: false }),
};

/** One draft: `publisher.publish(draftChannel('42'), 'draft', draft)`. */
export const draftChannel = channelFamily('timeline:draft:{draft}', draftEvents);

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
