import { expect } from 'vitest';

import { eventStream, receivedBeforeFence, webSocket, type StreamClient, type World } from '../support/index.js';

interface Bystander {
  readonly client: StreamClient;
  readonly channel: string;
}

/**
 * Clients who have nothing to do with what a test does and must notice nothing of it: on both transports, on a stream
 * for which the publisher decides and on one for which the server does.
 */
export class Bystanders {
  readonly #world: Pick<World, 'server' | 'feed'>;
  readonly #all: readonly Bystander[];

  private constructor(world: Pick<World, 'server' | 'feed'>, all: readonly Bystander[]) {
    this.#world = world;
    this.#all = all;
  }

  /** Lets them in. */
  static async open(world: World): Promise<Bystanders> {
    const { server, feed, fixtures } = world;
    const { account, token } = await fixtures.viewer();
    const streams = [
      { stream: 'user', channel: `timeline:${account.id}` },
      { stream: 'hashtag', channel: 'timeline:hashtag:bystanders', params: { tag: 'bystanders' } },
    ];
    const all = streams.flatMap((wanted) =>
      [eventStream, webSocket].map(async (transport) => ({
        client: await transport.open(server, feed, { token, ...wanted }),
        channel: wanted.channel,
      })),
    );
    return new Bystanders(world, await Promise.all(all));
  }

  /**
   * Proves that all are connected as before, have received what is published for them, in time, and nothing else. What
   * was published before, on any channel, has reached the server afterwards.
   */
  async undisturbed(): Promise<void> {
    const { feed } = this.#world;
    for (const { client, channel } of this.#all) {
      const received = await receivedBeforeFence(client, feed, channel);
      // The two transports of a stream see each other's fences.
      expect(received.filter(({ event }) => event !== 'fence')).toEqual([]);
    }
  }

  /** Lets them go. */
  async close(): Promise<void> {
    await Promise.all(this.#all.map(({ client }) => client.close()));
  }
}
