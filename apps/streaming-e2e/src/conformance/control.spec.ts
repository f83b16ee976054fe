import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  eventStream,
  publishEvent,
  receivedBeforeFence,
  streamingPath,
  transports,
  authorization,
  WebSocketClient,
  type StreamClient,
  type Token,
  type Transport,
  type Viewer,
  type TestEnvironment,
} from '../support/index.js';
import { openCheckedEnvironment } from './checked-environment.js';
import { closeAfterTest } from './close-after-test.js';

const tokenChannel = (id: string) => `timeline:access_token:${id}`;
const systemChannel = (id: string) => `timeline:system:${id}`;

describe.each(['memory', 'redis'] as const)('control messages, on the %s broker', (broker) => {
  let environment: TestEnvironment;
  let viewer: Viewer;
  let other: Viewer;
  /** A second token of the viewer. */
  let second: Token;

  beforeAll(async () => {
    environment = await openCheckedEnvironment({ broker, env: { TOKEN_REVALIDATION_SECONDS: '1' } });
    viewer = await environment.fixtures.viewer();
    second = await environment.fixtures.token(viewer.user);
    other = await environment.fixtures.viewer();
  });

  afterAll(async () => {
    await environment.stop();
  });

  const openHome = (transport: Transport, { account }: Viewer, token: string) =>
    closeAfterTest(
      transport.open(environment.server, environment.publisher, {
        token,
        stream: 'user',
        channel: `timeline:${account.id}`,
      }),
    );
  const stillOpen = async (client: StreamClient, { account }: Viewer) => {
    expect(await receivedBeforeFence(client, environment.publisher, `timeline:${account.id}`)).toEqual([]);
  };

  describe.each(transports)('over $name', (transport) => {
    it('end every connection of a killed token, and no other', async () => {
      const killed = await environment.fixtures.token(viewer.user);
      const clients = [
        await openHome(transport, viewer, killed.token),
        await openHome(transport, viewer, killed.token),
      ];
      const sameAccount = await openHome(transport, viewer, second.token);
      const stranger = await openHome(transport, other, other.token);
      await publishEvent(environment.publisher, tokenChannel(killed.id), 'kill');
      for (const client of clients) {
        // Clients stop after 1000. After any other code they reconnect forever.
        expect(await client.ended).toMatchObject({ code: 1000 });
        expect(client.received).toEqual([]);
      }
      await stillOpen(sameAccount, viewer);
      await stillOpen(stranger, other);
    });

    it('end every connection of a killed account, and no other', async () => {
      const clients = [
        await openHome(transport, viewer, viewer.token),
        await openHome(transport, viewer, second.token),
      ];
      const stranger = await openHome(transport, other, other.token);
      await publishEvent(environment.publisher, systemChannel(viewer.account.id), 'kill');
      for (const client of clients) {
        expect(await client.ended).toMatchObject({ code: 1000 });
        expect(client.received).toEqual([]);
      }
      await stillOpen(stranger, other);
      // A kill ends connections only. The database decides whether the client may reconnect.
      await stillOpen(await openHome(transport, viewer, viewer.token), viewer);
    });

    it('may come from NestJS publishers, and with a payload', async () => {
      const client = await openHome(transport, viewer, viewer.token);
      const packet = { pattern: 'timeline:system', data: { event: 'kill', payload: {} } };
      await environment.publisher.publish(systemChannel(viewer.account.id), JSON.stringify(packet));
      expect(await client.ended).toMatchObject({ code: 1000 });
    });

    it('are not delivered to clients', async () => {
      const client = await openHome(transport, viewer, viewer.token);
      for (const channel of [systemChannel(viewer.account.id), tokenChannel(viewer.tokenId)]) {
        await publishEvent(environment.publisher, channel, 'filters_changed');
        await publishEvent(environment.publisher, channel, 'update', { id: '1' });
        await publishEvent(environment.publisher, channel, 'Kill');
        await environment.publisher.publish(channel, 'kill');
      }
      // Kills of other accounts, and channel names that only begin like this viewer's.
      await publishEvent(environment.publisher, tokenChannel(`${viewer.tokenId}0`), 'kill');
      await publishEvent(environment.publisher, systemChannel(`${viewer.account.id}:x`), 'kill');
      await publishEvent(environment.publisher, systemChannel(viewer.tokenId), 'kill');
      await stillOpen(client, viewer);
    });
  });

  /** Expects that connections over every transport end, and those of another viewer stay. */
  async function expectEnd(token: string, cause: () => Promise<unknown>): Promise<void> {
    const clients = await Promise.all(transports.map((transport) => openHome(transport, viewer, token)));
    const stays = await Promise.all(transports.map((transport) => openHome(transport, other, other.token)));
    await cause();
    for (const client of clients) {
      expect(await client.ended).toMatchObject({ code: 1000 });
    }
    for (const client of stays) {
      await receivedBeforeFence(client, environment.publisher, `timeline:${other.account.id}`);
    }
  }

  it('are not needed to end connections when their token expires', async () => {
    // Within the next three seconds.
    const createdAt = new Date(Date.now() - 100_000);
    const { token } = await environment.fixtures.token(viewer.user, { createdAt, expiresIn: 103 });
    await expectEnd(token, () => Promise.resolve());
    const wanted = { token, stream: 'user', channel: `timeline:${viewer.account.id}` };
    await expect(eventStream.open(environment.server, environment.publisher, wanted)).rejects.toMatchObject({
      status: 401,
    });
  });

  it('are not needed to end connections whose token is revoked', async () => {
    const { id, token } = await environment.fixtures.token(viewer.user);
    const revoke = 'UPDATE oauth_access_tokens SET revoked_at = $1 WHERE id = $2';
    await expectEnd(token, () => environment.fixtures.sql(revoke, ['2026-01-01', id]));
  });

  it('are not needed to end connections of a disabled user', async () => {
    const user = await environment.fixtures.user(viewer.account);
    const { token } = await environment.fixtures.token(user);
    await expectEnd(token, () => environment.fixtures.sql('UPDATE users SET disabled = true WHERE id = $1', [user.id]));
  });

  it('cannot be subscribed to as streams', async () => {
    const url = environment.server.url(streamingPath, 'ws');
    const client = await closeAfterTest(WebSocketClient.open(url, { headers: authorization(viewer) }));
    for (const stream of ['system', 'access_token', `system:${viewer.account.id}`, 'timeline:system', 'kill']) {
      client.subscribe(stream);
      expect(await client.nextError()).toEqual({ error: 'Unknown stream type', status: 400 });
      url.search = `stream=${stream}`;
      const opened = await closeAfterTest(WebSocketClient.open(url, { headers: authorization(viewer) }));
      expect(await opened.nextError()).toEqual({ error: 'Unknown stream type', status: 400 });
    }
  });
});
