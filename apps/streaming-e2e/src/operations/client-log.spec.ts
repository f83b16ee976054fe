import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  authorization,
  httpRequest,
  openTestEnvironment,
  streamingPath,
  WebSocketClient,
  webSocketUrl,
  type RedisTestEnvironment,
} from '../support/index.js';

describe('the log of a server', () => {
  let environment: RedisTestEnvironment;

  beforeAll(async () => {
    environment = await openTestEnvironment({ env: { MAX_CONNECTIONS_PER_TOKEN: '1' } });
  });

  afterAll(async () => {
    await environment.stop();
  });

  it('has a line for each kind of disconnected client, with reason, account, token id, address and unsent bytes', async () => {
    const { server, fixtures } = environment;
    const [binary, killed] = [await fixtures.viewer(), await fixtures.viewer()];
    const url = ({ token }: { readonly token: string }) => webSocketUrl(server, { token, stream: 'user' });
    const sender = await WebSocketClient.open(url(binary));
    const holder = await WebSocketClient.open(url(killed));
    sender.send(Buffer.from('{}'));
    await sender.ended;
    await environment.publisher.publish(`timeline:access_token:${killed.tokenId}`, '{"event":"kill"}');
    await holder.ended;
    for (const [{ account, tokenId }, reason] of [
      [binary, 'binary'],
      [killed, 'revoked'],
    ] as const) {
      const line = await server.logged((each) => each['reason'] === reason);
      expect(line).toMatchObject({ accountId: account.id, tokenId, address: '127.0.0.1', unsentBytes: 0 });
      expect(line['msg']).toMatch(/^Client disconnected: /);
    }
  });

  it('has a line for each kind of refusal, with code, account and address, and never a token', async () => {
    const { server, fixtures } = environment;
    const viewer = await fixtures.viewer();
    const get = (path: string, token: string) =>
      httpRequest(server.url(`${streamingPath}/${path}`), { headers: authorization({ token }) });
    await get('user', 'a-wrong-token');
    await get('list?list=1', viewer.token);
    const open = await WebSocketClient.open(webSocketUrl(server, { token: viewer.token, stream: 'user' }));
    await get('user', viewer.token);
    const ofViewer = { accountId: viewer.account.id, address: '127.0.0.1' };
    const refused = async (code: string) => server.logged((line) => line['code'] === code);
    expect(await refused('invalidToken')).toMatchObject({ address: '127.0.0.1', level: 30 });
    expect(await refused('notAuthorized')).toMatchObject({ ...ofViewer, level: 30 });
    expect(await refused('tooManyConnections')).toMatchObject({ ...ofViewer, level: 40 });
    await open.close();
    expect(server.outputSoFar).not.toContain('a-wrong-token');
    expect(server.outputSoFar).not.toContain(viewer.token);
  });
});
