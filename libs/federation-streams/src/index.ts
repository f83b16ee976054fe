import { streamModule } from '@fedistream/stream-kit';
import { remoteInstance } from './remote-instance.stream.js';
import { SeenStatuses } from './seen-statuses.js';

/** The streams of team-federation. */
export default streamModule({
  name: 'federation',
  owner: 'team-federation',
  kit: '^1',
  providers: [SeenStatuses],
  streams: [remoteInstance],
});
