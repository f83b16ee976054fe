import { oneOf, optional, Roles, stream } from '@fedistream/stream-kit';
import { reportEvents, reportsChannel } from './admin-reports.contract.js';

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
