import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestEnvironment, publishEvent, until, webSocketUrl, type RedisTestEnvironment } from '../support/index.js';
import { follow } from './example-client.js';
import { resumingEventStream } from './resuming-clients.js';

const documentPath = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'protocol-extensions.md');

let environment: RedisTestEnvironment;

beforeAll(async () => {
  environment = await openTestEnvironment({ env: { HISTORY: 'on' } });
});

afterAll(async () => {
  await environment.stop();
});

it('the client of docs/protocol-extensions.md receives everything once, in order, across cut connections', async () => {
  const viewer = await environment.fixtures.viewer();
  const received: string[] = [];
  let gaps = 0;
  const url = webSocketUrl(environment.server, { token: viewer.token, stream: 'user' });
  const stop = follow(
    url,
    (_event, payload) => received.push(payload ?? ''),
    () => gaps++,
  );
  const publish = (id: number) =>
    publishEvent(environment.publisher, `timeline:${viewer.account.id}`, 'delete', String(id));
  let published = 0;
  // Until a recorder has announced itself, events have no position to come back with.
  const witness = await resumingEventStream.open(environment.server, { token: viewer.token, stream: 'user' });
  let position: string | undefined;
  void witness.position().then((told) => (position = told));
  await until('an event has a position', async () => {
    await publish(++published);
    return position;
  });
  await until('all events', () => received.at(-1) === String(published));
  await witness.close();
  for (let cut = 0; cut < 2; cut++) {
    await publishEvent(environment.publisher, `timeline:access_token:${viewer.tokenId}`, 'kill');
    for (let count = 0; count < 5; count++) {
      await publish(++published);
    }
    await until('all events', () => received.at(-1) === String(published));
  }
  stop();
  expect(received).toEqual(Array.from({ length: published }, (_, index) => String(index + 1)).slice(-received.length));
  expect(gaps).toBe(0);
});

it('docs/protocol-extensions.md shows this client', async () => {
  const source = await readFile(join(import.meta.dirname, 'example-client.ts'), 'utf8');
  expect(await readFile(documentPath, 'utf8')).toContain(source.trim());
});
