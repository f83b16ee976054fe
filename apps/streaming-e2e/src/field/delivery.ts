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

/** What {@link expectAudience} may be told. */
export interface AudienceOptions {
  /** At least 2. More of them than connections to the database make these change hands. */
  readonly viewers?: number;
  /** Settles when the server's database has what was written. */
  readonly afterWriting?: () => Promise<unknown>;
}

/**
 * Expects that the server reads tokens, blocks and filters from its database. Each viewer blocks another author and filters
 * another word. All open the public stream at once; each receives the statuses of the other authors with her own results.
 *
 * @param fixtures write to the same database, or to the one that it copies
 */
export async function expectAudience(
  server: Server,
  publisher: Publisher,
  fixtures: Fixtures,
  { viewers: count = 2, afterWriting = () => Promise.resolve() }: AudienceOptions = {},
): Promise<void> {
  const channel = 'timeline:public';
  const viewers = await Promise.all(Array.from({ length: count }, () => fixtures.viewer()));
  const authors = await Promise.all(viewers.map(() => fixtures.account()));
  const statuses = authors.map((author, index) => statusBy(author, { content: `<p>word${index}</p>` }));
  const filteredBy = (viewer: number) => (viewer + 1) % count;
  for (const [index, { account }] of viewers.entries()) {
    await fixtures.block(account, authors[index] ?? account);
    await fixtures.filter(account, { keywords: [{ keyword: `word${filteredBy(index)}` }] });
  }
  await afterWriting();
  const clients = await Promise.all(
    viewers.map(({ token }) => eventStream.open(server, publisher, { token, stream: 'public', channel })),
  );
  for (const status of statuses) {
    await publishEvent(publisher, channel, 'update', status);
  }
  for (const [viewer, client] of clients.entries()) {
    const received = await receivedBeforeFence(client, publisher, channel);
    const updates = received.filter(({ event }) => event === 'update');
    expect(updates.map(({ payload = '' }) => shown(payload))).toEqual(
      statuses
        .map(({ id }, index) => ({ id, keywords: index === filteredBy(viewer) ? [`word${index}`] : [] }))
        .filter((_, index) => index !== viewer),
    );
  }
  await Promise.all(clients.map((client) => client.close()));
}

function shown(payload: string): { readonly id: string; readonly keywords: readonly string[] } {
  const { id, filtered } = JSON.parse(payload) as { id: string; filtered: { keyword_matches: string[] }[] };
  return { id, keywords: filtered.flatMap(({ keyword_matches }) => keyword_matches) };
}
