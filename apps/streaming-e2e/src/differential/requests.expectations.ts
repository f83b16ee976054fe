import { authorization, EventStreamClient, Refusal, streamingPath, until } from '../support/index.js';
import type { TokenOptions, UserOptions } from '../support/index.js';
import type { Expectation } from './expectation.js';
import { documentedStreams, requestOf } from './streams.js';
import type { Target } from './target.js';

const error = (status: number, text: string) => ({
  status,
  type: 'application/json',
  anyOrigin: '*',
  requestId: true,
  body: JSON.stringify({ error: text }),
});
const stream = {
  status: 200,
  type: 'text/event-stream',
  caching: 'private, no-store',
  anyOrigin: '*',
  requestId: true,
  greeting: ':)\n',
};
const unauthorized = (reason: string) => error(401, reason);

/** What a request carries as its token, and the response of a stream that needs `read` or `read:statuses`. */
export interface Login {
  readonly name: string;
  readonly source: Expectation['source'];
  readonly token: (target: Target) => Promise<string | undefined>;
  readonly refused?: string;
}

const tokenOf =
  (options: UserOptions & TokenOptions, change?: string) =>
  async ({ fixtures }: Target): Promise<string> => {
    const { token, account } = await fixtures.viewer(options);
    if (change !== undefined) {
      await fixtures.sql(`UPDATE accounts SET ${change} WHERE id = $1`, [account.id]);
    }
    return token;
  };
const hourAgo = () => new Date(Date.now() - 3_600_000);
const invalid = 'Invalid access token';

/** Every kind of token. The first three: none, an unknown one, a valid one. */
export const logins: readonly Login[] = [
  {
    name: 'without a token',
    source: 'Mastodon',
    token: () => Promise.resolve(undefined),
    refused: 'Missing access token',
  },
  { name: 'with an unknown token', source: 'Mastodon', token: () => Promise.resolve('unknown'), refused: invalid },
  { name: 'with a valid token', source: 'Mastodon', token: tokenOf({}) },
  { name: 'with a revoked token', source: 'Mastodon', token: tokenOf({ revokedAt: hourAgo() }), refused: invalid },
  {
    name: 'with the token of a disabled user',
    source: 'Mastodon',
    token: tokenOf({ disabled: true }),
    refused: invalid,
  },
  {
    name: 'with the token of a suspended account',
    source: 'Mastodon',
    token: tokenOf({}, 'suspended_at = now()'),
    refused: invalid,
  },
  {
    name: 'with the token of an application',
    source: 'Mastodon',
    token: async ({ fixtures }) => (await fixtures.token(undefined)).token,
    refused: invalid,
  },
  {
    name: 'with an expired token',
    source: 'Fedistream',
    token: tokenOf({ createdAt: hourAgo(), expiresIn: 60 }),
    refused: invalid,
  },
  {
    name: 'with the token of a user who is not confirmed',
    source: 'Fedistream',
    token: tokenOf({ confirmedAt: null }),
    refused: invalid,
  },
  {
    name: 'with the token of a user who is not approved',
    source: 'Fedistream',
    token: tokenOf({ approved: false }),
    refused: invalid,
  },
  {
    name: 'with the token of a memorial',
    source: 'Fedistream',
    token: tokenOf({}, 'memorial = true'),
    refused: invalid,
  },
];

/** Every stream with every kind of token. */
const streamRequests: readonly Expectation[] = documentedStreams.flatMap((one) =>
  logins.map(({ name, source, token, refused }): Expectation => ({
    title: `GET ${streamingPath}/${one.path} ${name}`,
    source,
    expected: refused === undefined ? stream : unauthorized(refused),
    observe: async (target) => get(target, pathOf(one, target), await token(target)),
  })),
);

const unknownPaths = [
  'nothing',
  'user/nothing',
  'public/media',
  'public/local/media',
  'USER',
  'user:notification',
  'hashtags',
  'public//local',
  'public%2Flocal',
  'us%65r',
  'list/1',
  'direct/1',
  'health/deep',
];

/** Paths that name no stream, whatever the token. */
const unknownRequests: readonly Expectation[] = unknownPaths.flatMap((path) =>
  logins.slice(0, 3).map(({ name, token }): Expectation => ({
    title: `GET ${streamingPath}/${path} ${name}`,
    source: 'Mastodon',
    expected: error(400, 'Unknown channel requested'),
    observe: async (target) => get(target, `${streamingPath}/${path}`, await token(target)),
  })),
);

const onlyMedia = [
  ...['false', '0', 'f', 'F', 'FALSE', 'off', 'OFF', ''].map((value) => [value, ''] as const),
  ...['true', '1', 't', 'TRUE', 'on', 'False', 'Off', 'no', 'null'].map((value) => [value, ':media'] as const),
];

const mediaParameters: readonly Expectation[] = ['public', 'public/local', 'public/remote'].flatMap((path) =>
  onlyMedia.map(([value, media]): Expectation => ({
    title: `GET ${streamingPath}/${path}?only_media=${value} is the stream ${path.replace('/', ':')}${media}`,
    source: 'Mastodon',
    expected: [`${path.replace('/', ':')}${media}`],
    async observe(target) {
      const url = target.server.url(`${streamingPath}/${path}?only_media=${value}`);
      const client = await EventStreamClient.open(url, authorization(target.persons.viewer));
      try {
        return await fedBy(target, client, path.replace('/', ':'));
      } finally {
        await client.close();
      }
    },
  })),
);

/** Requests for event streams. */
export const requestExpectations: readonly Expectation[] = [...streamRequests, ...unknownRequests, ...mediaParameters];

function pathOf(one: (typeof documentedStreams)[number], target: Target): string {
  const { params = {} } = requestOf(one, target);
  // The list is the viewer's. A token of another account is refused for itself, before the list is looked up.
  const query = new URLSearchParams(one.parameter === 'list' ? {} : params).toString();
  return one.parameter === 'tag' ? `${streamingPath}/${one.path}?${query}` : `${streamingPath}/${one.path}`;
}

async function get(target: Target, path: string, token: string | undefined): Promise<unknown> {
  const own = path.endsWith('/list') && token !== undefined ? `${path}?list=${await listOf(target, token)}` : path;
  const opening = EventStreamClient.open(target.server.url(own), authorization({ token }));
  const client = await opening.catch((refusal: unknown) => refusal);
  if (client instanceof EventStreamClient) {
    const { headers } = client;
    await until('the greeting', () => client.bytes.length > 0, target.withinMs);
    const greeting = client.bytes.toString().slice(0, 3);
    await client.close();
    return { ...shared(200, headers), caching: headers['cache-control'], greeting };
  }
  if (client instanceof Refusal) {
    return { ...shared(client.status, client.headers), body: client.body };
  }
  throw client;
}

/** A list of the account to which the token belongs. */
async function listOf({ fixtures }: Target, token: string): Promise<string> {
  const [row] = await fixtures.sql(
    `SELECT u.account_id AS id FROM oauth_access_tokens t JOIN users u ON u.id = t.resource_owner_id WHERE t.token = $1`,
    [token],
  );
  return row === undefined ? '1' : fixtures.list({ id: String(row['id']), username: '', domain: undefined, acct: '' });
}

/** The public channels whose events reach the client. */
async function fedBy({ publisher, withinMs }: Target, client: EventStreamClient, stream: string): Promise<string[]> {
  const mark = `7${String(process.hrtime.bigint())}`;
  const found = () => client.received.filter(({ payload }) => payload?.startsWith(mark));
  await until(
    'an event of one of the channels',
    async () => {
      await publisher.publish(`timeline:${stream}`, JSON.stringify({ event: 'delete', payload: `${mark}0` }));
      await publisher.publish(`timeline:${stream}:media`, JSON.stringify({ event: 'delete', payload: `${mark}1` }));
      return found().length > 1;
    },
    withinMs,
  );
  const which = found().map(({ payload }) => (payload === `${mark}0` ? stream : `${stream}:media`));
  return [...new Set(which)];
}

function shared(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): object {
  return {
    status,
    type: typeOf(headers['content-type']),
    anyOrigin: headers['access-control-allow-origin'],
    requestId: headers['x-request-id'] !== undefined,
  };
}

/** The media type without its parameters. */
export function typeOf(contentType: string | string[] | undefined): string | undefined {
  return String(contentType).split(';')[0];
}
