import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  eventStream,
  EventStreamClient,
  publishEvent,
  receivedBeforeFence,
  Refusal,
  streamingPath,
  transports,
  webSocket,
  WebSocketClient,
  type RedisTestEnvironment,
  type StreamClient,
  type Viewer,
} from '../support/index.js';
import { openCheckedEnvironment } from './checked-environment.js';
import { closeAfterTest } from './close-after-test.js';
import { tokenCases, tokenOf, tokenPlaces } from './tokens.cases.js';

describe('a token', () => {
  let environment: RedisTestEnvironment;
  let viewer: Viewer;
  let other: Viewer;

  beforeAll(async () => {
    environment = await openCheckedEnvironment();
    viewer = await environment.fixtures.viewer();
    other = await environment.fixtures.viewer();
  });

  afterAll(async () => {
    await environment.stop();
  });

  describe.each(transports)('over $name', (transport) => {
    it.each(tokenCases)('is accepted: $accepted, for $name', async (tokenCase) => {
      const token = await tokenOf(environment.fixtures, tokenCase);
      const opening = transport.open(environment.server, environment.publisher, {
        token,
        stream: 'public',
        channel: 'timeline:public',
      });
      if (tokenCase.accepted) {
        expect(
          await receivedBeforeFence(await closeAfterTest(opening), environment.publisher, 'timeline:public'),
        ).toEqual([]);
      } else {
        await expectRefusal(opening, 'Invalid access token');
      }
    });

    it('of an application without user is refused', async () => {
      const { token } = await environment.fixtures.token(undefined);
      const wanted = { token, stream: 'public', channel: 'timeline:public' };
      await expectRefusal(transport.open(environment.server, environment.publisher, wanted), 'Invalid access token');
    });
  });

  describe.each([eventStream, webSocket])('over $name', ({ labelled }) => {
    it.each(tokenPlaces)('is read from $name', async ({ headers, query }) => {
      const channel = `timeline:${viewer.account.id}`;
      const parameters = new URLSearchParams(query?.(viewer.token, other.token));
      const sent = { ...headers?.(viewer.token, other.token) };
      const client = await closeAfterTest(
        labelled ? overWebSocket(parameters, sent) : overEventStream(parameters, sent),
      );
      await publishEvent(environment.publisher, `timeline:${other.account.id}`, 'delete', 'of the other');
      await publishEvent(environment.publisher, channel, 'delete', 'of the viewer');
      expect(await receivedBeforeFence(client, environment.publisher, channel)).toMatchObject([
        { payload: 'of the viewer' },
      ]);
    });

    it.each(['Basic', 'Token', 'Bearer:'])('is not read behind "%s"', async (scheme) => {
      const sent = { Authorization: `${scheme} ${viewer.token}` };
      const opening = labelled
        ? overWebSocket(new URLSearchParams(), sent)
        : overEventStream(new URLSearchParams(), sent);
      await expectRefusal(opening, 'Invalid access token');
    });

    it('is reported as missing when all places are empty', async () => {
      const parameters = new URLSearchParams({ access_token: '' });
      const sent = { Authorization: '' };
      await expectRefusal(
        labelled ? overWebSocket(parameters, sent) : overEventStream(parameters, sent),
        'Missing access token',
      );
    });
  });

  async function expectRefusal(opening: Promise<StreamClient>, message: string): Promise<void> {
    const refusal = (await opening.catch((error: unknown) => error)) as Refusal;
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal.status).toBe(401);
    expect(refusal.headers['x-error-message'] ?? (JSON.parse(refusal.body) as { error: string }).error).toBe(message);
    expect(refusal.headers['www-authenticate']).toBe(
      `Bearer realm="streaming"${message.startsWith('Missing') ? '' : ', error="invalid_token"'}`,
    );
  }

  function overEventStream(query: URLSearchParams, headers: Record<string, string>): Promise<StreamClient> {
    return EventStreamClient.open(environment.server.url(`${streamingPath}/user?${query.toString()}`), headers);
  }

  /** Offers the subprotocol, since the client refuses one that it has not offered. */
  function overWebSocket(query: URLSearchParams, headers: Record<string, string>): Promise<StreamClient> {
    const { 'Sec-WebSocket-Protocol': protocol, ...rest } = headers;
    query.set('stream', 'user');
    return WebSocketClient.open(environment.server.url(`${streamingPath}?${query.toString()}`, 'ws'), {
      headers: rest,
      ...(protocol === undefined ? {} : { protocols: [protocol] }),
    });
  }
});

describe('a token in the database of an older Mastodon', () => {
  it('is accepted or refused by the columns that exist', async () => {
    const environment = await openCheckedEnvironment();
    try {
      await environment.fixtures.sql('ALTER TABLE accounts DROP COLUMN requested_deletion_at, DROP COLUMN memorial');
      await environment.fixtures.sql('ALTER TABLE users DROP COLUMN role_id');
      await environment.fixtures.sql('DROP TABLE user_roles');
      const account = await environment.fixtures.account();
      const [user] = await environment.fixtures.sql(
        'INSERT INTO users (account_id, approved, confirmed_at) VALUES ($1, true, now()) RETURNING id',
        [account.id],
      );
      const owner = { id: String(user?.['id']), account };
      const { token } = await environment.fixtures.token(owner);
      const wanted = { stream: 'public', channel: 'timeline:public' };
      const client = await closeAfterTest(
        eventStream.open(environment.server, environment.publisher, { token, ...wanted }),
      );
      expect(await receivedBeforeFence(client, environment.publisher, 'timeline:public')).toEqual([]);
      const { token: revoked } = await environment.fixtures.token(owner, { revokedAt: new Date(0) });
      const opening = eventStream.open(environment.server, environment.publisher, { token: revoked, ...wanted });
      await expect(opening).rejects.toMatchObject({ status: 401 });
      await client.close();
    } finally {
      await environment.stop();
    }
  });
});
