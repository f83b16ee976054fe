import { streamModule } from '@fedistream/stream-kit';
import { direct } from './direct.stream.js';
import { hashtagStream } from './hashtag.stream.js';
import { list } from './list.stream.js';
import { notifications } from './notifications.stream.js';
import { publicStream } from './public.stream.js';
import { user } from './user.stream.js';

export { direct, hashtagStream, list, notifications, publicStream, user };

/** Mastodon's streams, as the module that every server has. */
export default streamModule({
  name: 'mastodon',
  owner: 'team-streaming',
  kit: '^1',
  streams: [direct, hashtagStream, list, notifications, publicStream, user],
});
