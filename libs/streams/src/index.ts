import { DirectStream } from './direct.stream.js';
import { HashtagStream } from './hashtag.stream.js';
import { ListStream } from './list.stream.js';
import { NotificationsStream } from './notifications.stream.js';
import { PublicStream } from './public.stream.js';
import { UserStream } from './user.stream.js';

/** The streams that this server offers. A new one is a class of its own and a line here. */
export const streams = [DirectStream, HashtagStream, ListStream, NotificationsStream, PublicStream, UserStream];
