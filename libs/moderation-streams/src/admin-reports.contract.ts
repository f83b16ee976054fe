import { channelFamily, payload } from '@fedistream/stream-kit';

/** A report as the admin interface shows it. */
export interface ReportPayload {
  readonly id: string;
  readonly category: 'spam' | 'violation' | 'legal' | 'other';
}

/** What moderators receive, and what the platform publishes. */
export const reportEvents = {
  'report.created': payload<ReportPayload>({
    carriesStatus: false,
    schema: { type: 'object', properties: { id: { type: 'string' }, category: { type: 'string' } } },
  }),
};

/** All reports of the server: `publisher.publish(reportsChannel(), 'report.created', { id, category })`. */
export const reportsChannel = channelFamily('timeline:admin:reports', reportEvents);
