import { streamModule } from '@fedistream/stream-kit';
import { adminReports, reportsChannel } from './admin-reports.stream.js';

export { reportsChannel };

/** The streams of team-moderation. */
export default streamModule({
  name: 'moderation',
  owner: 'team-moderation',
  kit: '^1',
  families: [reportsChannel],
  streams: [adminReports],
});
