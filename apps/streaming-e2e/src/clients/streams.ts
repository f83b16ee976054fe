import type { Fixtures } from '../support/index.js';

/** The owner of the streams; known when the test runs. */
export interface Reader {
  /** The account. */
  readonly account: string;
  /** A list of that account. */
  readonly list: string;
}

/** A stream as a client asks for it. */
export interface Stream {
  /** For the names of tests. */
  readonly title: string;
  readonly name: string;
  readonly tag?: string;
  /** Its channels. */
  readonly channels: (reader: Reader) => readonly [string, ...string[]];
  /** Whether the server decides who may see a status, and adds the results of the viewer's filters to it. */
  readonly perViewer: boolean;
}

const ownStream = (name: string, channels: Stream['channels']): Stream => ({
  title: name,
  name,
  channels,
  perViewer: false,
});

const publicStream = (name: string): Stream => ({
  title: name,
  name,
  channels: () => [`timeline:${name}`],
  perViewer: true,
});

const hashtagStream = (name: string, tag: string, channel: string): Stream => ({
  title: `${name} ${tag}`,
  name,
  tag,
  channels: () => [channel],
  perViewer: true,
});

/** Every stream of Mastodon's API, the hashtags in several scripts. */
export const streams: readonly Stream[] = [
  ownStream('user', ({ account }) => [`timeline:${account}`, `timeline:${account}:notifications`]),
  ownStream('user:notification', ({ account }) => [`timeline:${account}:notifications`]),
  publicStream('public'),
  publicStream('public:local'),
  publicStream('public:remote'),
  publicStream('public:media'),
  publicStream('public:local:media'),
  publicStream('public:remote:media'),
  hashtagStream('hashtag', 'photo', 'timeline:hashtag:photo'),
  hashtagStream('hashtag', 'フィルム・カメラ', 'timeline:hashtag:フィルム・カメラ'),
  hashtagStream('hashtag', 'Καφές', 'timeline:hashtag:καφές'),
  hashtagStream('hashtag:local', 'Photo', 'timeline:hashtag:photo:local'),
  hashtagStream('hashtag:local', 'बारिश', 'timeline:hashtag:बारिश:local'),
  ownStream('list', ({ list }) => [`timeline:list:${list}`]),
  ownStream('direct', ({ account }) => [`timeline:direct:${account}`]),
];

/** The stream with this title. */
export function streamTitled(title: string): Stream {
  const found = streams.find((stream) => stream.title === title);
  if (found === undefined) {
    throw new Error(`There is no stream ${title}`);
  }
  return found;
}

/** The parameters with which a client asks for the stream. */
export function paramsOf({ name, tag }: Stream, { list }: Reader): Readonly<Record<string, string>> {
  return { ...(tag === undefined ? {} : { tag }), ...(name === 'list' ? { list } : {}) };
}

/** Inserts an account that reads all of these streams, and returns its token and list. */
export async function openReader(
  fixtures: Fixtures,
): Promise<Reader & { readonly token: string; readonly tokenId: string }> {
  const { account, token, tokenId } = await fixtures.viewer();
  return { account: account.id, list: await fixtures.list(account, 'Neighbours'), token, tokenId };
}
