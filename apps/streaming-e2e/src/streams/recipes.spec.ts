import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  eventStream,
  openTestEnvironment,
  publishEvent,
  statusBy,
  webSocket,
  type RedisTestEnvironment,
  type StreamClient,
  type Transport,
  type Viewer,
} from '../support/index.js';
import { ModulePackage, workspace } from './module-package.js';

const channel = 'timeline:public';

/** A module with the streams of the page, and a third that has what each of them shows. */
const index = `
import { stream, streamModule } from '@fedistream/stream-kit';
import { cards } from './cards.stream.js';
import { unfiltered } from './unfiltered.stream.js';

const { acceptsFor } = unfiltered.declaration;
const both = stream({ ...cards.declaration, name: 'public:cards:unfiltered', acceptsFor });

export default streamModule({
  name: 'recipes',
  owner: 'team-recipes',
  kit: '^1',
  streams: [unfiltered, cards, both],
});
`;

/** The code blocks that begin with the name of a stream's file, as JavaScript. */
function recipes(): Readonly<Record<string, string>> {
  const page = readFileSync(join(workspace, 'docs', 'streams', 'recipes.md'), 'utf8');
  const blocks = page.matchAll(/```ts\n\/\/ (\S+\.stream)\.ts\n(.*?)```/gs);
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  return Object.fromEntries(
    Array.from(blocks, ([, name = '', code = '']) => [
      `${name}.js`,
      ts.transpileModule(code, { compilerOptions }).outputText,
    ]),
  );
}

describe.each([eventStream, webSocket])('the streams of the recipes, served ($name)', (transport: Transport) => {
  const modulePackage = new ModulePackage('recipes');
  let environment: RedisTestEnvironment;

  beforeAll(async () => {
    modulePackage.write({ ...recipes(), 'index.js': index });
    environment = await openTestEnvironment({ env: { STREAM_MODULES: modulePackage.name } });
  });

  afterAll(async () => {
    modulePackage.remove();
    await environment.stop();
  });

  const open = ({ token }: Viewer, stream: string) =>
    transport.open(environment.server, environment.publisher, { token, stream, channel });

  const publish = (event: string, payload: unknown) => publishEvent(environment.publisher, channel, event, payload);

  /** Names and ids of what a client receives, up to the status with this id. */
  const untilStatus = async (client: StreamClient, last: string) => {
    const idOf = ({ payload = '' }) => (JSON.parse(payload) as { id: string }).id;
    const before = await client.takeUntil((event) => idOf(event) === last);
    return before.map((event) => [event.event, idOf(event)]);
  };

  it('acceptsFor keeps an event from the viewers whom it refuses, and from no others', async () => {
    const { fixtures } = environment;
    const [author, filtering, other] = [await fixtures.account(), await fixtures.viewer(), await fixtures.viewer()];
    await fixtures.filter(filtering.account, { keywords: [{ keyword: 'spoiler' }] });
    const clients = await Promise.all([filtering, other].map((viewer) => open(viewer, 'public:unfiltered')));
    const [spoiler, last] = [statusBy(author, { content: '<p>A spoiler</p>' }), statusBy(author)];
    await publish('update', spoiler);
    await publish('update', last);
    const received = await Promise.all(clients.map((client) => untilStatus(client, last.id)));
    expect(received).toEqual([[], [['update', spoiler.id]]]);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('map makes events of the statuses that the audience lets each viewer see, and of no others', async () => {
    const { fixtures } = environment;
    const [author, blocked] = [await fixtures.account(), await fixtures.account()];
    const [blocking, other] = [await fixtures.viewer(), await fixtures.viewer()];
    await fixtures.block(blocking.account, blocked);
    const clients = await Promise.all([blocking, other].map((viewer) => open(viewer, 'public:cards')));
    const hidden = statusBy(blocked);
    await publish('update', statusBy(author, { visibility: 'private' }));
    await publish('update', statusBy(author, { reblog: statusBy(blocked, { visibility: 'direct' }) }));
    await publish('delete', '1');
    await publish('update', hidden);
    const last = statusBy(author);
    await publish('update', last);
    const received = await Promise.all(clients.map((client) => untilStatus(client, last.id)));
    expect(received).toEqual([[], [['card', hidden.id]]]);
    expect(clients.map((client) => client.received.at(-1)?.payload)).toEqual(
      clients.map(() => JSON.stringify({ id: last.id, by: author.acct, hidden: false })),
    );
    await Promise.all(clients.map((client) => client.close()));
  });

  it('map is given what acceptsFor has accepted for the viewer', async () => {
    const { fixtures } = environment;
    const [author, filtering, other] = [await fixtures.account(), await fixtures.viewer(), await fixtures.viewer()];
    await fixtures.filter(filtering.account, { keywords: [{ keyword: 'spoiler' }] });
    const clients = await Promise.all([filtering, other].map((viewer) => open(viewer, 'public:cards:unfiltered')));
    const spoiler = statusBy(author, { content: '<p>A spoiler</p>' });
    await publish('update', statusBy(author, { visibility: 'private' }));
    await publish('update', spoiler);
    const last = statusBy(author);
    await publish('update', last);
    const received = await Promise.all(clients.map((client) => untilStatus(client, last.id)));
    expect(received).toEqual([[], [['card', spoiler.id]]]);
    await Promise.all(clients.map((client) => client.close()));
  });
});
