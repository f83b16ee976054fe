import { databasesOn } from '@fedistream/services';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  authorization,
  EventStreamClient,
  eventStream,
  httpRequest,
  openTestEnvironment,
  publishEvent,
  until,
  untilSubscribed,
  webSocket,
  WebSocketClient,
  type RedisTestEnvironment,
  type StreamClient,
} from '../support/index.js';

const modules = ['federation', 'discovery', 'threads', 'moderation', 'drafts'].map(
  (team) => `@fedistream/${team}-streams`,
);
const manageReports = 1n << 4n;

describe('a server with the modules of five teams', () => {
  let environment: RedisTestEnvironment;
  let databases: ReturnType<typeof databasesOn>;
  let draftsUrl: string;

  beforeAll(async () => {
    databases = databasesOn(inject('postgresUrl'));
    draftsUrl = await databases.createDatabase();
    environment = await openTestEnvironment({
      env: { STREAM_MODULES: modules.join(','), DRAFTS_DATABASE_URL: draftsUrl, LOG_LEVEL: 'debug' },
    });
  });

  afterAll(async () => {
    await environment.stop();
    await databases.dropDatabases();
  });

  const openSocket = (token: string) =>
    WebSocketClient.open(environment.server.url('/api/v1/streaming', 'ws'), { headers: authorization({ token }) });

  /** Publishes until the client receives something, and says under which label. */
  const untilReceived = async (client: StreamClient, publish: () => Promise<void>) => {
    let label: readonly string[] | undefined;
    const receiving = client.next().then(({ stream }) => {
      label = stream;
    });
    await until('the client receives an event', async () => {
      await publish();
      return label !== undefined;
    });
    await receiving;
    return label;
  };

  const addDraft = async (id: string, accountId: string) => {
    const { Client } = await import('pg');
    const client = new Client({ connectionString: draftsUrl });
    await client.connect();
    await client.query('INSERT INTO drafts (id, account_id, kind, unread) VALUES ($1, $2, $3, true)', [
      id,
      accountId,
      'text',
    ]);
    await client.end();
  };

  it.each([eventStream, webSocket])(
    'serves a stream with a table, a snapshot and events of its own ($name)',
    async (transport) => {
      const viewer = await environment.fixtures.viewer({ scopes: 'read' });
      const id = transport === eventStream ? '10001' : '10002';
      await addDraft(id, viewer.account.id);
      const channel = `timeline:draft:${id}`;
      const client = await transport.open(environment.server, environment.publisher, {
        token: viewer.token,
        stream: 'drafts:sync',
        params: { draft: id },
        channel,
      });
      expect(await client.next()).toMatchObject({ event: 'unread', payload: '{"count":1}' });
      await publishEvent(environment.publisher, channel, 'draft', { id, kind: 'text', text: 'Hello' });
      expect(await client.next()).toMatchObject({ event: 'draft' });
      await client.close();
    },
  );

  it.each([eventStream, webSocket])('refuses the draft of another account ($name)', async (transport) => {
    const viewer = await environment.fixtures.viewer({ scopes: 'read' });
    const wanted = { token: viewer.token, stream: 'drafts:sync', params: { draft: '1' }, channel: 'timeline:draft:1' };
    await expect(transport.open(environment.server, environment.publisher, wanted)).rejects.toMatchObject({
      status: 401,
    });
  });

  it('ends a stream of reports when the role goes, on both transports, and nothing else', async () => {
    const { fixtures, publisher, server } = environment;
    const roleId = await fixtures.role(manageReports);
    const viewer = await fixtures.viewer({ scopes: 'read admin:read', roleId });
    const wanted = { token: viewer.token, stream: 'admin:reports', channel: 'timeline:admin:reports' };
    const events = await eventStream.open(server, publisher, wanted);
    const socket = await openSocket(viewer.token);
    socket.subscribe('public');
    socket.subscribe('admin:reports');
    await untilReceived(socket, () =>
      publishEvent(publisher, wanted.channel, 'report.created', { id: '1', category: 'spam' }),
    );
    await untilSubscribed(socket, publisher, 'timeline:public');
    await fixtures.sql('UPDATE user_roles SET permissions = 0 WHERE id = $1', [roleId]);
    await publishEvent(publisher, 'timeline:system:stream:admin:reports', 'reauthorize');
    await events.ended;
    await publishEvent(publisher, 'timeline:public', 'delete', '5');
    await until('the public stream continues', async () => (await socket.next()).stream?.[0] === 'public');
    await until('the client is told', () => Promise.resolve(socket.errors.length > 0));
    expect(socket.errors).toEqual([{ error: 'Not authorized to stream this admin:reports', status: 401 }]);
    await socket.close();
  });

  it('keeps subscriptions apart whose parameters have the same values', async () => {
    const { fixtures, publisher } = environment;
    const viewer = await fixtures.viewer({ scopes: 'read' });
    const socket = await openSocket(viewer.token);
    socket.send(JSON.stringify({ type: 'subscribe', stream: 'hashtags', any: ['a', 'b'], all: 'x' }));
    socket.send(JSON.stringify({ type: 'subscribe', stream: 'hashtags', any: ['a', 'b'], none: 'x' }));
    const status = (tags: string[]) => ({
      id: '1',
      visibility: 'public',
      account: { id: '900', username: 'ada', acct: 'ada' },
      content: tags.join(),
      tags: tags.map((name) => ({ name })),
    });
    const labels = [
      await untilReceived(socket, () => publishEvent(publisher, 'timeline:hashtag:a', 'update', status(['a', 'x']))),
      await untilReceived(socket, () => publishEvent(publisher, 'timeline:hashtag:a', 'update', status(['a']))),
    ];
    expect(labels).toEqual([
      ['hashtags', 'any=a', 'any=b', 'all=x'],
      ['hashtags', 'any=a', 'any=b', 'none=x'],
    ]);
    await socket.close();
  });

  it.each(['any=a&any=b', 'any[]=a&any[]=b', 'any=a&any[]=b'])(
    'reads %s as one list, and passes a status of both tags once',
    async (query) => {
      const { fixtures, publisher, server } = environment;
      const { token } = await fixtures.viewer({ scopes: 'read' });
      const client = await EventStreamClient.open(
        server.url(`/api/v1/streaming/hashtags?${query}`),
        authorization({ token }),
      );
      // Nothing that is published behind the headers of the response is missed.
      const status = { id: '1', visibility: 'public', account: { id: '900', username: 'ada', acct: 'ada' } };
      for (const channel of ['timeline:hashtag:a', 'timeline:hashtag:b']) {
        await publishEvent(publisher, channel, 'update', { ...status, tags: [{ name: 'a' }, { name: 'b' }] });
      }
      await publishEvent(publisher, 'timeline:hashtag:b', 'delete', '2');
      expect([(await client.next()).event, (await client.next()).payload]).toEqual(['update', '2']);
      await client.close();
    },
  );

  it('refuses more subscriptions of a connection to one channel than it may have, whatever their parameters', async () => {
    const { fixtures, publisher } = environment;
    const viewer = await fixtures.viewer({ scopes: 'read' });
    const socket = await openSocket(viewer.token);
    for (const other of ['b', 'c', 'd', 'e', 'f', 'g']) {
      socket.send(JSON.stringify({ type: 'subscribe', stream: 'hashtags', any: ['many', other] }));
    }
    expect(await socket.nextError()).toEqual({ error: 'Too many subscriptions', status: 429 });
    const labels = new Set<string | undefined>();
    let id = 1;
    await until('five subscriptions receive events', async () => {
      await publishEvent(publisher, 'timeline:hashtag:many', 'delete', String(id++));
      socket.frames.forEach((frame) => labels.add((JSON.parse(frame) as { stream?: string[] }).stream?.at(-1)));
      return labels.size === 6;
    });
    // The error frame has no label.
    expect(labels).toEqual(new Set([undefined, 'any=b', 'any=c', 'any=d', 'any=e', 'any=f']));
    expect(socket.errors).toHaveLength(1);
    await socket.close();
  });

  it('describes all of them in documents, and counts for their owners', async () => {
    const { server } = environment;
    const openApi = JSON.parse((await httpRequest(server.url('/api/v1/streaming/openapi.json'))).body) as {
      paths: object;
    };
    const asyncApi = JSON.parse((await httpRequest(server.url('/api/v1/streaming/asyncapi.json'))).body) as {
      channels: object;
    };
    expect(Object.keys(openApi.paths)).toEqual(
      expect.arrayContaining(['/api/v1/streaming/remote/instance', '/api/v1/streaming/status']),
    );
    expect(Object.keys(asyncApi.channels)).toEqual(expect.arrayContaining(['drafts.sync', 'public.local.media']));
    const metrics = await (await fetch(server.url('/metrics'))).text();
    expect(metrics).toContain('fedistream_stream_subscriptions{stream="drafts:sync",owner="team-drafts"}');
    expect(metrics).toMatch(/fedistream_stream_withdrawn_total\{stream="admin:reports",owner="team-moderation"\} 2/);
  });

  it('names a misspelt parameter in a debug line, with the owner', async () => {
    const { fixtures, publisher, server } = environment;
    const viewer = await fixtures.viewer({ scopes: 'read' });
    const wanted = {
      token: viewer.token,
      stream: 'status',
      params: { id: '1', idd: '2' },
      channel: 'timeline:status:1',
    };
    const client = await eventStream.open(server, publisher, wanted);
    const line = await server.logged(({ msg }) => String(msg).startsWith('Stream "status" ignored "idd": it knows id'));
    expect(line).toMatchObject({ owner: 'team-threads' });
    await client.close();
  });
});

describe('a server whose modules have problems', () => {
  it('does not start, and tells all of them at once', async () => {
    const env = { STREAM_MODULES: '@fedistream/drafts-streams,@acme/missing,@fedistream/publisher' };
    const failure = await openTestEnvironment({ env }).then(
      async (environment) => {
        await environment.stop();
        return expect.fail('it started');
      },
      (error: unknown) => String(error),
    );
    expect(failure).toContain('Stream modules cannot start, 3 problems:');
    expect(failure).toMatch(
      /@fedistream\/drafts-streams 0\.1\.0 \(.*index\.ts:\d+\): its settings are not valid: DRAFTS_DATABASE_URL must be/,
    );
    expect(failure).toContain('@acme/missing: it cannot be loaded:');
    expect(failure).toContain('@fedistream/publisher 0.1.0: its default export is no stream module');
  });

  it('starts without them when it may leave them out', async () => {
    const environment = await openTestEnvironment({
      env: {
        STREAM_MODULES: '@fedistream/drafts-streams,@fedistream/threads-streams',
        STREAM_MODULES_ON_FAILURE: 'leave-out',
        DRAFTS_DATABASE_URL: 'postgresql://nobody:wrong@127.0.0.1:1/none',
      },
    });
    const { paths } = JSON.parse(
      (await httpRequest(environment.server.url('/api/v1/streaming/openapi.json'))).body,
    ) as {
      paths: object;
    };
    expect(Object.keys(paths)).toContain('/api/v1/streaming/status');
    expect(Object.keys(paths)).not.toContain('/api/v1/streaming/drafts/sync');
    await environment.server.logged(({ msg }) =>
      String(msg).startsWith('Stream module left out: @fedistream/drafts-streams'),
    );
    await environment.stop();
  });
});

describe('npm run streams', () => {
  const workspace = join(import.meta.dirname, '..', '..', '..', '..');
  const print = (named: string) =>
    promisify(execFile)(process.execPath, ['apps/streaming/dist/bootstrap/print-streams.js'], {
      cwd: workspace,
      env: {
        PATH: process.env['PATH'],
        STREAM_MODULES: named,
        DRAFTS_DATABASE_URL: 'postgresql://127.0.0.1:1/none',
      },
    });

  it('prints a line for each name, with owner and package, and starts nothing', async () => {
    const { stdout } = await print(modules.join(','));
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(rows[0]).toEqual([
      'Name',
      'Path',
      'Scopes',
      'Audience',
      'Parameters',
      'Channels',
      'Events',
      'Owner',
      'Package',
    ]);
    expect(rows).toContainEqual([
      'drafts:sync',
      '/api/v1/streaming/drafts/sync',
      'read or write:statuses',
      'chosen-by-publisher',
      'draft kind?',
      'timeline:draft:{draft}',
      'draft unread',
      'team-drafts',
      '@fedistream/drafts-streams 0.1.0',
    ]);
  });

  it('fails, and says why, when a module would not start', async () => {
    await expect(print('@acme/missing')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('@acme/missing: it cannot be loaded') as string,
    });
  });
});
