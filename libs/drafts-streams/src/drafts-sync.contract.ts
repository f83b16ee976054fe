import { channelFamily, payload } from '@fedistream/stream-kit';

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
