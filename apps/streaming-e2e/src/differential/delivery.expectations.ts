import { allChannels, hashtagCases, streamCases } from '../conformance/streams.cases.js';
import { newId, publishEvent, receivedBeforeFence, statusBy, type StreamRequest } from '../support/index.js';
import { arrivals, carriers, withStream, type Carrier } from './carriers.js';
import type { Expectation } from './expectation.js';
import { documentedStreams, labelOf, requestOf } from './streams.js';
import type { Target } from './target.js';

const author = { id: '1', username: 'alice', domain: undefined, acct: 'alice' };
const filtered = (stream: string) => stream.startsWith('public') || stream.startsWith('hashtag');

/** The payload of an event, as an object or a string, with a mark by which a client knows it among others. */
function payloadOf(event: string, mark: string): unknown {
  switch (event) {
    case 'update':
    case 'status.update':
      return statusBy(author, { id: mark });
    case 'delete':
    case 'announcement.delete':
      return mark;
    case 'announcement.reaction':
      return { name: 'bongoCat', count: 9, announcement_id: mark };
    default:
      return { id: mark, content: '<p>Ünïcødé 😀 \u2028 "quoted" & \\ escaped</p>' };
  }
}

/** The text that a client gets for an event, to the byte. */
function rawOf({ labelled }: Carrier, wanted: StreamRequest, event: string, payload: string): string {
  return labelled
    ? JSON.stringify({ stream: labelOf(wanted), event, payload })
    : `event: ${event}\ndata: ${payload}\n\n`;
}

/** Every documented event on every stream. Each form in which publishers encode a payload arrives as the same bytes. */
const events: readonly Expectation[] = documentedStreams.flatMap((stream) =>
  stream.events.flatMap((event) =>
    carriers.flatMap((carrier) =>
      [false, true].map((encoded): Expectation => ({
        title: `${event}${encoded ? ', its payload encoded by the publisher,' : ''} on ${stream.name} (${carrier.name})`,
        // Filtered streams read the payload, which Mastodon's server cannot do in a string.
        ...(encoded && filtered(stream.name) && event !== 'delete'
          ? { source: 'Fedistream', endsMastodon: true }
          : { source: 'Mastodon' }),
        expected: [true],
        async observe(target) {
          const mark = newId();
          const wanted = requestOf(stream, target, { tag: `Tag${mark}` });
          const payload = payloadOf(event, mark);
          const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
          const message = JSON.stringify({ event, payload: encoded ? text : payload, queued_at: 1_700_000_000_000 });
          const due =
            filtered(stream.name) && typeof payload === 'object' ? JSON.stringify({ ...payload, filtered: [] }) : text;
          return withStream(target, carrier.connect(target, wanted), wanted.channel, async (client) => {
            const arrived = await arrivals(target, client, wanted.channel, { text: message, mark });
            return arrived.map((raw) => raw === rawOf(carrier, wanted, event, due) || raw);
          });
        },
      })),
    ),
  ),
);

/** The events without an own payload, on a stream to which no other expectation publishes. */
const bareEvents: readonly Expectation[] = [
  { event: 'notifications_merged', payload: '1', documented: '1' },
  { event: 'filters_changed', payload: undefined, documented: 'undefined' },
].flatMap(({ event, payload, documented }) =>
  carriers.map((carrier): Expectation => ({
    title: `${event} on user (${carrier.name})`,
    source: 'Mastodon',
    expected: [
      carrier.labelled
        ? JSON.stringify({ stream: ['user'], event, payload })
        : `event: ${event}\ndata: ${documented}\n\n`,
    ],
    async observe(target) {
      const { token, account } = await target.fixtures.viewer();
      const channel = `timeline:${account.id}`;
      return withStream(target, carrier.connect(target, { token, stream: 'user' }), channel, async (client) => {
        await publishEvent(target.publisher, channel, event, payload);
        const received = await receivedBeforeFence(client, target.publisher, channel);
        return received.map(({ raw }) => raw);
      });
    },
  })),
);

/** Each stream carries its channels and no other one. */
const channels: readonly Expectation[] = streamCases.flatMap((streamCase) =>
  carriers.map((carrier): Expectation => ({
    title: `${streamCase.stream} with "${streamCase.scopes}" carries its own channels only (${carrier.name})`,
    source: 'Mastodon',
    expected: ({ persons }: Target) => [...streamCase.fedBy(personsOf(persons))].sort(),
    async observe(target) {
      const persons = personsOf(target.persons);
      const { token } = await target.fixtures.token(target.persons.viewer.user, { scopes: streamCase.scopes });
      const [channel] = streamCase.fedBy(persons);
      const wanted = { token, stream: streamCase.stream, params: streamCase.params?.(persons) ?? {} };
      return withStream(target, carrier.connect(target, wanted), channel, async (client) => {
        const marks = new Map<string | undefined, string>();
        for (const one of allChannels(persons)) {
          const mark = newId();
          marks.set(mark, one);
          await publishEvent(target.publisher, one, 'delete', mark);
        }
        const received = await receivedBeforeFence(client, target.publisher, channel);
        return received.flatMap(({ payload }) => marks.get(payload) ?? []).sort();
      });
    },
  })),
);

/** A tag leads to the channel under which the platform publishes it. */
const tags: readonly Expectation[] = hashtagCases.flatMap(([tag, normalised]) =>
  carriers.flatMap((carrier) =>
    ['hashtag', 'hashtag:local'].map((stream): Expectation => ({
      title: `the tag ${tag} on ${stream} carries the channel of ${normalised} (${carrier.name})`,
      source: 'Mastodon',
      expected: [true],
      async observe(target) {
        const channel = `timeline:hashtag:${normalised}${stream === 'hashtag:local' ? ':local' : ''}`;
        const wanted = { token: target.persons.viewer.token, stream, params: { tag }, channel };
        return withStream(target, carrier.connect(target, wanted), channel, async (client) => {
          const mark = newId();
          const text = JSON.stringify({ event: 'delete', payload: mark });
          const arrived = await arrivals(target, client, channel, { text, mark });
          return arrived.map((raw) => raw === rawOf(carrier, wanted, 'delete', mark) || raw);
        });
      },
    })),
  ),
);

/** The backend publishes to a channel while its key exists. */
const presence: readonly Expectation[] = streamCases.flatMap((streamCase) =>
  carriers.map((carrier): Expectation => ({
    title: `an open ${streamCase.stream} with "${streamCase.scopes}" has its presence keys (${carrier.name})`,
    source: 'Mastodon',
    expected: ({ persons }: Target) => streamCase.fedBy(personsOf(persons)).map(() => ['1', 'expires in 18 minutes']),
    async observe(target) {
      const persons = personsOf(target.persons);
      const { token } = await target.fixtures.token(target.persons.viewer.user, { scopes: streamCase.scopes });
      const fed = streamCase.fedBy(persons);
      const wanted = { token, stream: streamCase.stream, params: streamCase.params?.(persons) ?? {} };
      return withStream(target, carrier.connect(target, wanted), fed[0], () =>
        Promise.all(
          fed.map(async (channel) => {
            const { publisher } = target;
            const key = publisher.prefixed(`subscribed:${channel}`);
            const seconds = await publisher.client.ttl(key);
            return [
              await publisher.client.get(key),
              seconds > 360 && seconds <= 1_080 ? 'expires in 18 minutes' : `expires in ${seconds} s`,
            ];
          }),
        ),
      );
    },
  })),
);

/** A revoked token ends its connections. */
const kills: readonly Expectation[] = ['access_token', 'system'].flatMap((kind) =>
  carriers.flatMap((carrier) =>
    documentedStreams.map((stream): Expectation => ({
      title: `kill on timeline:${kind} ends ${stream.name} (${carrier.name})`,
      source: 'Mastodon',
      expected: 'ended in an orderly way',
      async observe(target) {
        const { token, tokenId, account } = await target.fixtures.viewer();
        const list = await target.fixtures.list(account);
        const wanted = requestOf(stream, target, { token, accountId: account.id, list });
        const control = `timeline:${kind}:${kind === 'system' ? account.id : tokenId}`;
        return withStream(target, carrier.connect(target, wanted), wanted.channel, async (client) => {
          await publishEvent(target.publisher, control, 'kill');
          // Mastodon closes a WebSocket without a code, which is 1005 on this side.
          const { code } = await client.ended;
          return code === 1006 ? 'cut off' : 'ended in an orderly way';
        });
      },
    })),
  ),
);

/** What reaches a client of what is published. */
export const deliveryExpectations: readonly Expectation[] = [
  ...events,
  ...bareEvents,
  ...channels,
  ...tags,
  ...presence,
  ...kills,
];

function personsOf({ viewer, list, other, otherList }: Target['persons']) {
  return { account: viewer.account.id, list, otherAccount: other.account.id, otherList };
}
