import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  eventStream,
  openTestEnvironment,
  publishEvent,
  untilMetric,
  webSocket,
  type RedisTestEnvironment,
} from '../support/index.js';
import { ModulePackage } from './module-package.js';

const channel = 'timeline:public';

/** A module in plain JavaScript, whose author has made every mistake that a client can meet. */
const index = `
import { channels, param, payload, stream, streamModule } from '@fedistream/stream-kit';

const parse = (text) => {
  if (text === 'unreadable') { throw new Error('secret detail'); }
  return text;
};
const authorize = ({ params: { how } }) => {
  if (how === 'authorize') { throw new Error('secret detail'); }
  if (how === 'job') { Promise.reject(new Error('the job has failed')); }
  return true;
};
const failing = stream({
  name: 'failing',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  params: { how: param({ parse, example: 'job' }) },
  events: { note: payload() },
  authorize,
  channels: ({ params: { how } }) => (how === 'channels' ? undefined : [channels.public()]),
  snapshot: ({ params: { how }, event }) => (how === 'snapshot' ? [, event('nope')] : [event('note', 'first')]),
});

export default streamModule({ name: 'failing', owner: 'team-failing', kit: '^1', streams: [failing] });
`;

describe.each([eventStream, webSocket])('a module that fails ($name)', (transport) => {
  const modulePackage = new ModulePackage('failing');
  let environment: RedisTestEnvironment;

  beforeAll(async () => {
    modulePackage.write({ 'index.js': index });
    environment = await openTestEnvironment({ env: { STREAM_MODULES: modulePackage.name } });
  });

  afterAll(async () => {
    modulePackage.remove();
    await environment.stop();
  });

  const open = async (how: string) => {
    const { token } = await environment.fixtures.viewer();
    const wanted = { token, stream: 'failing', params: { how }, channel };
    return transport.open(environment.server, environment.publisher, wanted);
  };

  it.each([
    ['unreadable', 'params'],
    ['authorize', 'authorize'],
    ['channels', 'channels'],
    ['snapshot', 'snapshot'],
  ])('tells the client nothing of it, and the log the owner: %s', async (how, method) => {
    const { server } = environment;
    await expect(open(how)).rejects.toMatchObject({
      status: 500,
      body: expect.not.stringContaining('secret') as string,
    });
    const line = await server.logged(({ cause }) => {
      const { message = '' } = (cause ?? {}) as { message?: string };
      return message.startsWith(`Stream "failing" failed in ${method}(): `);
    });
    expect(line).toMatchObject({ stream: 'failing', owner: 'team-failing', module: 'failing' });
    const labels = { stream: 'failing', owner: 'team-failing', function: method };
    await untilMetric(server, 'fedistream_stream_failures_total', labels, (count) => count >= 1);
  });

  it('ends no other client when a job of it is rejected and nothing handles that', async () => {
    const { server, publisher } = environment;
    const client = await open('job');
    expect(await client.next()).toMatchObject({ event: 'note', payload: 'first' });
    await server.logged(({ msg }) => String(msg).includes('nothing handled it: the job has failed'));
    await publishEvent(publisher, channel, 'note', 'second');
    expect(await client.next()).toMatchObject({ event: 'note', payload: 'second' });
    await client.close();
  });
});
