import { streamModule } from '@fedistream/stream-kit';
import { threadChannel } from './status.contract.js';
import { status } from './status.stream.js';

export * from './status.contract.js';

/** The streams of team-threads. */
export default streamModule({
  name: 'threads',
  owner: 'team-threads',
  kit: '^1',
  families: [threadChannel],
  streams: [status],
});
