import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  httpRequest,
  authorization,
  EventStreamClient,
  metric,
  publishEvent,
  RawConnection,
  streamingPath,
  until,
  type HttpResponse,
  type RedisTestEnvironment,
  type Viewer,
  withoutPositions,
} from '../support/index.js';
import { expectNothingLeft, openCheckedEnvironment } from './checked-environment.js';
import { httpCases, streamPaths, type HttpCase } from './http.cases.js';
import { closeAfterTest } from './close-after-test.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('an HTTP request', () => {
  let environment: RedisTestEnvironment;
  let viewer: Viewer;
  let fill: (path: string) => string;

  beforeAll(async () => {
    environment = await openCheckedEnvironment();
    viewer = await environment.fixtures.viewer();
    const list = await environment.fixtures.list(viewer.account);
    const others = await environment.fixtures.list(await environment.fixtures.account());
    fill = (path) => path.replace('LIST', list).replace('OTHERS', others);
  });

  afterAll(async () => {
    await environment.stop();
  });

  const get = ({
    method = 'GET',
    path,
    headers = {},
    token,
  }: Omit<HttpCase, 'name' | 'status'>): Promise<HttpResponse> => {
    const sent = token === true ? viewer.token : token;
    return httpRequest(environment.server.url(fill(path)), {
      method,
      headers: { ...headers, ...authorization({ token: sent }) },
    });
  };
  const openStream = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    closeAfterTest(
      EventStreamClient.open(environment.server.url(fill(path)), { ...authorization(viewer), ...headers }),
    );

  it.each(httpCases)('is answered with $status: $name', async ({ status, body, answers = {}, ...request }) => {
    const answer = await get(request);
    expect(answer.status).toBe(status);
    expect(answer.body).toBe(body ?? answer.body);
    for (const [name, value] of Object.entries(answers)) {
      if (value instanceof RegExp) {
        expect(answer.headers[name]).toMatch(value);
      } else {
        expect(answer.headers[name]).toBe(value);
      }
    }
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.headers['x-request-id']).toMatch(uuid);
    // Every error body is a JSON object with one member.
    if (status >= 400 && request.method !== 'HEAD') {
      expect(Object.keys(JSON.parse(answer.body) as object)).toEqual(['error']);
    }
  });

  it.each(httpCases)('has its X-Request-Id repeated: $name', async (request) => {
    const { headers } = await get({ ...request, headers: { ...request.headers, 'X-Request-Id': 'caller.Id/17' } });
    expect(headers['x-request-id']).toBe('caller.Id/17');
  });

  it.each([
    ['empty', ''],
    ['of 500 characters', 'x'.repeat(500)],
    ['with a blank', 'with blank'],
    ['beyond ASCII', 'Ünïcødé'],
  ])('gets a new request id instead of one that is %s', async (_, id) => {
    const { headers } = await get({ path: `${streamingPath}/health`, headers: { 'X-Request-Id': id } });
    expect(headers['x-request-id']).toMatch(uuid);
  });

  describe.each(streamPaths)('the event stream %s', (path) => {
    it.each(['', '/'])('opens with its headers and greeting, "%s" at the end of its path', async (slash) => {
      const client = await openStream(path.replace(/(?=\?|$)/, slash), { 'X-Request-Id': 'mine' });
      expect(client.headers).toMatchObject({
        'content-type': 'text/event-stream',
        'cache-control': 'private, no-store',
        'transfer-encoding': 'chunked',
        'x-accel-buffering': 'no',
        'access-control-allow-origin': '*',
        'x-request-id': 'mine',
      });
      await until('the greeting', () => client.bytes.length > 0);
      expect(withoutPositions(client.bytes.toString())).toBe(':)\n');
    });

    it('sends a client that does not name the media type nothing but its greeting', async () => {
      const client = await openStream(path, { Accept: '*/*' });
      await until('the greeting', () => client.bytes.length > 0);
      expect(client.bytes.toString()).toBe(':)\n');
    });
  });

  it('needs the same authorization for HEAD as for GET', async () => {
    for (const path of ['hashtag', 'list?list=05', 'list?list=OTHERS', 'nothing']) {
      const asked = { path: `${streamingPath}/${path}`, token: true } as const;
      const [head, whole] = [await get({ ...asked, method: 'HEAD' }), await get(asked)];
      expect([head.status, head.body]).toEqual([whole.status, '']);
    }
  });

  it('receives each event in a chunk of its own, however many are published at once', async () => {
    const home = `timeline:${viewer.account.id}`;
    const client = await rawStream('HTTP/1.1');
    await client.read(':)\n');
    await Promise.all(['1', '22', '333'].map((id) => publishEvent(environment.publisher, home, 'delete', id)));
    await publishEvent(environment.publisher, home, 'update', { content: 'é' });
    const [head = '', body = ''] = (await client.read('"é"}\n\n\r\n')).split(/\r\n\r\n(.*)/s);
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toMatch(/^transfer-encoding: chunked$/im);
    expect(body).toBe(
      '3\r\n:)\n\r\n' +
        '17\r\nevent: delete\ndata: 1\n\n\r\n' +
        '18\r\nevent: delete\ndata: 22\n\n\r\n' +
        '19\r\nevent: delete\ndata: 333\n\n\r\n' +
        '26\r\nevent: update\ndata: {"content":"é"}\n\n\r\n',
    );
    await publishEvent(environment.publisher, `timeline:access_token:${viewer.tokenId}`, 'kill');
    expect(await client.read('0\r\n\r\n')).toMatch(/\n\n\r\n0\r\n\r\n$/);
    client.destroy();
  });

  it('of HTTP/1.0 is answered without chunks, and the connection closes at the end', async () => {
    const client = await rawStream('HTTP/1.0');
    await client.read(':)\n');
    await publishEvent(environment.publisher, `timeline:${viewer.account.id}`, 'delete', '1');
    await client.read('data: 1\n\n');
    await publishEvent(environment.publisher, `timeline:access_token:${viewer.tokenId}`, 'kill');
    await client.closed;
    const [head = '', body] = client.bytes.toString().split(/\r\n\r\n(.*)/s);
    expect(head).not.toMatch(/transfer-encoding/i);
    expect(body).toBe(':)\nevent: delete\ndata: 1\n\n');
  });

  it('of HEAD leaves no subscription on any stream', async () => {
    const before = await metric(environment.server, 'redis_messages_received_total');
    await Promise.all(streamPaths.map((path) => get({ path, method: 'HEAD', token: true })));
    await expectNothingLeft(environment);
    await publishEvent(environment.publisher, 'timeline:public', 'update', {});
    const after = await metric(environment.server, 'redis_messages_received_total');
    expect(after).toBe(before);
  });

  async function rawStream(version: string): Promise<RawConnection> {
    const client = await RawConnection.open(environment.server.port);
    client.write(
      `GET ${streamingPath}/user HTTP/${version.slice(5)}\r\nHost: x\r\nAuthorization: ${viewer.token}\r\n\r\n`,
    );
    return client;
  }
});
