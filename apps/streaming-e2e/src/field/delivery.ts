import { expect } from 'vitest';

import {
  eventStream,
  publishEvent,
  receivedBeforeFence,
  statusBy,
  webSocket,
  type Fixtures,
  type Publisher,
  type Server,
  type Viewer,
} from '../support/index.js';

/** Expects that the viewer's home stream takes an event from the publisher to an event stream and to a WebSocket. */
export async function expectDelivery(server: Server, publisher: Publisher, viewer: Viewer): Promise<void> {
  const channel = `timeline:${viewer.account.id}`;
  for (const transport of [eventStream, webSocket]) {
    const client = await transport.open(server, publisher, { token: viewer.token, stream: 'user', channel });
    await publishEvent(publisher, channel, 'delete', '1');
    expect(await receivedBeforeFence(client, publisher, channel)).toMatchObject([{ event: 'delete', payload: '1' }]);
    await client.close();
  }
}

/**
 * Expects that the server reads tokens, blocks and filters from its database: a viewer receives a public status with her
 * filter's result, and none of an author that she blocks.
 *
 * @param fixtures write to the same database
 * @param afterWriting settles when the server's database has what was written
 */
export async function expectAudience(
  server: Server,
  publisher: Publisher,
  fixtures: Fixtures,
  afterWriting: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const [viewer, author, blocked] = [await fixtures.viewer(), await fixtures.account(), await fixtures.account()];
  await fixtures.block(viewer.account, blocked);
  await fixtures.filter(viewer.account, { keywords: [{ keyword: 'elections' }] });
  await afterWriting();
  const channel = 'timeline:public';
  const client = await eventStream.open(server, publisher, { token: viewer.token, stream: 'public', channel });
  await publishEvent(publisher, channel, 'update', statusBy(blocked));
  const status = statusBy(author, { content: '<p>On elections</p>' });
  await publishEvent(publisher, channel, 'update', status);
  const received = await receivedBeforeFence(client, publisher, channel);
  expect(received.map(({ payload = '' }) => JSON.parse(payload) as unknown)).toMatchObject([
    { id: status.id, filtered: [{ keyword_matches: ['elections'] }] },
  ]);
  await client.close();
}
