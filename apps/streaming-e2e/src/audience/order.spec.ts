import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  eventStream,
  mentionOf,
  multiplexedWebSocket,
  openTestEnvironment,
  publishEvent,
  statusBy,
  webSocket,
  type Account,
  type RedisTestEnvironment,
  type Status,
  type StreamClient,
  type Viewer,
} from '../support/index.js';
import { feeds } from './audience-case.js';

/** A published event. */
interface Published {
  readonly event: 'update' | 'status.update' | 'delete';
  readonly id: string;
  readonly author: number;
}

const count = 300;
const kinds = ['live', 'topic'] as const;

describe('the publishing order of public streams', () => {
  let environment: RedisTestEnvironment;
  let authors: Account[];

  beforeAll(async () => {
    environment = await openTestEnvironment();
    authors = await Promise.all(Array.from({ length: 6 }, () => environment.fixtures.account()));
  });

  afterAll(async () => {
    await environment.stop();
  });

  const open = (transport: typeof eventStream, { token }: Viewer, kind: (typeof kinds)[number]) =>
    transport.open(environment.server, environment.publisher, { token, ...feeds[kind] });

  /** Each status is edited twice and deleted, among a few others. */
  const plan = (): Published[] => {
    const published: Published[] = [];
    const open: { readonly id: string; readonly author: number; left: number }[] = [];
    while (published.length < count) {
      if (open.length < 4) {
        const author = published.length % authors.length;
        const { id } = statusBy(authors[author]!);
        open.push({ id, author, left: 3 });
        published.push({ event: 'update', id, author });
      } else {
        const place = Math.floor(Math.random() * open.length);
        const { id, author } = open[place]!;
        const left = --open[place]!.left;
        published.push({ event: left > 0 ? 'status.update' : 'delete', id, author });
        if (left === 0) {
          open.splice(place, 1);
        }
      }
    }
    return published;
  };

  const publish = ({ event, id, author }: Published, place: number, channel: string) => {
    // Statuses with mentions need more rows to decide than others.
    const mentions = authors.slice(0, place % 4).map(mentionOf);
    const payload = event === 'delete' ? id : statusBy(authors[author]!, { id, mentions, place });
    return publishEvent(environment.publisher, channel, event, payload);
  };

  /** The received events as indexes into the published ones. A delete carries only an id, so its index is looked up. */
  const placesIn = async (client: StreamClient, published: readonly Published[]): Promise<number[]> => {
    const received = await client.takeUntil(({ event }) => event === 'last');
    return received.map(({ event, payload = '' }) =>
      event === 'delete'
        ? published.findIndex((one) => one.event === 'delete' && one.id === payload)
        : ((JSON.parse(payload) as Status)['place'] as number),
    );
  };

  it('is kept for each viewer while relationships change at random', { timeout: 60_000 }, async () => {
    const { fixtures, publisher } = environment;
    const undisturbed = await fixtures.viewer();
    const disturbed = await Promise.all(Array.from({ length: 4 }, () => fixtures.viewer()));
    const clients = await Promise.all(
      kinds.flatMap((kind) =>
        [eventStream, webSocket, multiplexedWebSocket].flatMap((transport) =>
          [undisturbed, ...disturbed].map(async (viewer) => ({
            kind,
            viewer,
            client: await open(transport, viewer, kind),
          })),
        ),
      ),
    );
    const published = { live: plan(), topic: plan() };
    let publishing = true;
    const disturb = async ({ account }: Viewer, index: number) => {
      for (let time = 0; publishing; time++) {
        const author = authors[(index + time) % authors.length]!;
        await fixtures.block(account, author);
        await fixtures.mute(account, author);
        await fixtures.unblock(account, author);
        await fixtures.unmute(account, author);
      }
    };
    const disturbing = Promise.all(disturbed.map(disturb));
    for (let place = 0; place < count; place++) {
      await Promise.all(kinds.map((kind) => publish(published[kind][place]!, place, feeds[kind].channel)));
    }
    await Promise.all(kinds.map((kind) => publishEvent(publisher, feeds[kind].channel, 'last')));
    const all = published.live.map((_, place) => place);
    let withheld = 0;
    for (const { kind, viewer, client } of clients) {
      const places = await placesIn(client, published[kind]);
      // No duplicates, and ascending order.
      expect(places).toEqual([...new Set(places)].sort((one, other) => one - other));
      if (viewer === undisturbed) {
        expect(places).toEqual(all);
      } else {
        const deletes = all.filter((place) => published[kind][place]?.event === 'delete');
        expect(places).toEqual(expect.arrayContaining(deletes));
        withheld += count - places.length;
      }
      await client.close();
    }
    publishing = false;
    await disturbing;
    // Guards the generator: relationships must have hidden some statuses.
    expect(withheld).toBeGreaterThan(0);
  });

  it('is kept when all events are published at once', async () => {
    const viewer = await environment.fixtures.viewer();
    const clients = await Promise.all(
      [eventStream, multiplexedWebSocket].map((transport) => open(transport, viewer, 'live')),
    );
    const { channel } = feeds.live;
    const published = plan();
    await Promise.all(published.map((one, place) => publish(one, place, channel)));
    await publishEvent(environment.publisher, channel, 'last');
    for (const client of clients) {
      expect(await placesIn(client, published)).toEqual(published.map((_, place) => place));
      await client.close();
    }
  });

  it('is kept behind a status whose decision takes longer', async () => {
    const { fixtures, publisher } = environment;
    const client = await open(eventStream, await fixtures.viewer(), 'live');
    // It mentions a thousand accounts, so the statuses behind it are decided much sooner.
    const mentions = Array.from({ length: 1_000 }, (_, index) => ({ ...mentionOf(authors[0]!), id: `${index + 1}` }));
    const long = statusBy(authors[0]!, { mentions, place: 0 });
    const published: Published[] = [{ event: 'update', id: long.id, author: 0 }];
    await publishEvent(publisher, feeds.live.channel, 'update', long);
    for (let place = 1; place <= 20; place++) {
      const one: Published = { event: 'delete', id: statusBy(authors[1]!).id, author: 1 };
      published.push(one);
      await publish(one, place, feeds.live.channel);
    }
    await publishEvent(publisher, feeds.live.channel, 'last');
    expect(await placesIn(client, published)).toEqual(published.map((_, place) => place));
    await client.close();
  });
});
