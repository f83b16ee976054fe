import {
  Connection,
  DeliverySettings,
  DeliveryStatistics,
  webSocketFraming,
  type Transport,
} from '@fedistream/delivery';
import { StreamEvent } from '@fedistream/domain';
import { bench, describe } from 'vitest';
import { channels, stream, type AnyStream } from '../index.js';
import { StreamDefinition } from '../modules/stream-definition.js';
import { viewer } from '../testing/index.js';
import { StreamBench } from '../testing/stream-bench.js';

const clients = 1_000;
const declared = {
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  channels: () => [channels.public()],
} as const;
const identity = { name: 'bench', owner: 'team-bench', package: 'bench', version: '0.0.0' };
const payload = JSON.stringify({ id: '1', content: 'x'.repeat(2_000), account: { id: '2', acct: 'ada' } });

/** Takes everything and keeps nothing. */
const sink: Transport = {
  framing: webSocketFraming,
  bufferedBytes: 0,
  bufferedPieces: 0,
  write: () => undefined,
  withdraw: () => undefined,
  uncork: () => undefined,
  close: () => Promise.resolve(true),
};

/** A thousand clients of a stream; publishes one event to all of them. */
async function publisherTo(source: AnyStream): Promise<() => void> {
  const run = new StreamBench([]);
  const definition = new StreamDefinition(source, identity);
  const shared = { settings: new DeliverySettings({}), statistics: new DeliveryStatistics(), closed: () => undefined };
  for (let index = 0; index < clients; index++) {
    const connection = new Connection(viewer({ accountId: String(index) }), sink, shared);
    await run.gate.subscribe(connection, definition.request(definition.names[0] ?? '', {}));
  }
  run.stop();
  return () => {
    run.bus.publish('timeline:public', StreamEvent.received('update', payload));
  };
}

const kinds: Readonly<Record<string, AnyStream>> = {
  'without code of its own': stream({ ...declared, name: 'plain' }),
  'with accepts': stream({ ...declared, name: 'accepting', accepts: (event) => event.name === 'update' }),
  'with map': stream({ ...declared, name: 'mapping', map: (event) => event }),
  'with acceptsFor': stream({
    ...declared,
    name: 'asking',
    acceptsFor: (_, context) => context.viewer.accountId !== '',
  }),
};

// `npx vitest bench --project unit --run libs/stream-kit`
describe(`one event for ${clients} viewers of a stream`, async () => {
  for (const [kind, source] of Object.entries(kinds)) {
    const publish = await publisherTo(source);
    bench(kind, publish, { time: 2_000 });
  }
});
