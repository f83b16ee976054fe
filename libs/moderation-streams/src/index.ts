import { streamModule } from '@fedistream/stream-kit';
import { reportsChannel } from './admin-reports.contract.js';
import { adminReports } from './admin-reports.stream.js';

export * from './admin-reports.contract.js';

/** The streams of team-moderation. */
export default streamModule({
  name: 'moderation',
  owner: 'team-moderation',
  kit: '^1',
  families: [reportsChannel],
  streams: [adminReports],
});
