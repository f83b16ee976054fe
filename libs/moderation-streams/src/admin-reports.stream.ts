import { channelFamily, oneOf, optional, payload, Roles, stream } from '@fedistream/stream-kit';

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

/** New reports, for accounts that may see them in the admin interface, as long as they may. */
export const adminReports = stream({
  name: 'admin:reports',
  params: { category: optional(oneOf('spam', 'violation', 'legal', 'other')) },
  scopes: ['admin:read', 'admin:read:reports'],
  audience: 'chosen-by-publisher',
  events: reportEvents,
  inject: { roles: Roles },
  authorize: ({ viewer, deps }) => deps.roles.can(viewer, 'manage_reports'),
  channels: () => [reportsChannel()],
  accepts: (event, { params }) => params.category === undefined || event.payload.category === params.category,
});
