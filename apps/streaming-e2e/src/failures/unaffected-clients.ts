import { expect } from 'vitest';

import {
  eventStream,
  receivedBeforeFence,
  webSocket,
  type StreamClient,
  type TestEnvironment,
} from '../support/index.js';

interface UnaffectedClient {
  readonly client: StreamClient;
  readonly channel: string;
}

/**
 * Clients that a test must not affect: on both transports, on a stream whose audience the publisher decides and on one
 * whose audience the server decides.
 */
export class UnaffectedClients {
  readonly #environment: Pick<TestEnvironment, 'server' | 'publisher'>;
  readonly #all: readonly UnaffectedClient[];

  private constructor(environment: Pick<TestEnvironment, 'server' | 'publisher'>, all: readonly UnaffectedClient[]) {
    this.#environment = environment;
    this.#all = all;
  }

  /** Connects them. */
  static async open(environment: TestEnvironment): Promise<UnaffectedClients> {
    const { server, publisher, fixtures } = environment;
    const { account, token } = await fixtures.viewer();
    const streams = [
      { stream: 'user', channel: `timeline:${account.id}` },
      { stream: 'hashtag', channel: 'timeline:hashtag:unaffected', params: { tag: 'unaffected' } },
    ];
    const all = streams.flatMap((wanted) =>
      [eventStream, webSocket].map(async (transport) => ({
        client: await transport.open(server, publisher, { token, ...wanted }),
        channel: wanted.channel,
      })),
    );
    return new UnaffectedClients(environment, await Promise.all(all));
  }

  /**
   * Expects that all are still connected and have received exactly their events. Every message published before, on any
   * channel, has reached the server afterwards.
   */
  async undisturbed(): Promise<void> {
    const { publisher } = this.#environment;
    for (const { client, channel } of this.#all) {
      const received = await receivedBeforeFence(client, publisher, channel);
      // The two transports of a stream see each other's fences.
      expect(received.filter(({ event }) => event !== 'fence')).toEqual([]);
    }
  }

  /** Closes them. */
  async close(): Promise<void> {
    await Promise.all(this.#all.map(({ client }) => client.close()));
  }
}
