import { streamModule } from '@fedistream/stream-kit';
import { status, threadChannel } from './status.stream.js';

export { threadChannel };

/** The streams of team-threads. */
export default streamModule({
  name: 'threads',
  owner: 'team-threads',
  kit: '^1',
  families: [threadChannel],
  streams: [status],
});
