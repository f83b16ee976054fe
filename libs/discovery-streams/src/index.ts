import { streamModule } from '@fedistream/stream-kit';
import { FirstArrivals } from './first-arrivals.js';
import { hashtags } from './hashtags.stream.js';

/** The streams of team-discovery. */
export default streamModule({
  name: 'discovery',
  owner: 'team-discovery',
  kit: '^1',
  providers: [FirstArrivals],
  streams: [hashtags],
});
