import { makeCertificate } from '@fedistream/services';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, type TestContext } from 'vitest';

import {
  authorization,
  EventStreamClient,
  openTestEnvironment,
  OptionalProgram,
  publishEvent,
  Refusal,
  streamingPath,
  until,
  untilSubscribed,
  WebSocketClient,
  type RedisTestEnvironment,
  type Viewer,
} from '../support/index.js';
import { apache } from './apache.js';
import { caddy, caddyWithTls } from './caddy.js';
import { haproxy, haproxyWithTls } from './haproxy.js';
import { nginx, nginxWithTls } from './nginx.js';
import { schemeOf, startProxy, type Pem } from './proxy.js';
import { rowsOfThisRun } from './row.js';

/** Proxies that hold events back do so for 200 ms at least. */
const heldBackMs = 150;

let environment: RedisTestEnvironment;
let viewer: Viewer;
let channel: string;
let pem: Pem;

beforeAll(async () => {
  environment = await openTestEnvironment();
  viewer = await environment.fixtures.viewer();
  channel = `timeline:${viewer.account.id}`;
  const { certFile, keyFile } = await makeCertificate(mkdtempSync(join(inject('scratchDirectory'), 'proxies-')));
  pem = { certificate: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
});

afterAll(async () => {
  await environment.stop();
});

const rows = [nginx, ...apache, haproxy, caddy, nginxWithTls, haproxyWithTls, caddyWithTls];

describe.each(rowsOfThisRun(rows))('behind $name', (row) => {
  let proxy: OptionalProgram;

  beforeAll(async () => {
    proxy = await OptionalProgram.starting(startProxy(row, environment.server.port, pem));
  });

  afterAll(async () => {
    await proxy.stop();
  });

  /** An address of the proxy; skips the test where it is not installed. */
  function url(test: TestContext, path: string, query: Readonly<Record<string, string>> = {}): URL {
    const { port } = proxy.for(test);
    return new URL(`${path}?${new URLSearchParams(query).toString()}`, `${schemeOf(row)}://127.0.0.1:${port}`);
  }

  function socketUrl(test: TestContext, query: Readonly<Record<string, string>>): URL {
    const address = url(test, `${streamingPath}/`, query);
    address.protocol = row.tls === true ? 'wss' : 'ws';
    return address;
  }

  const openSocket = (address: URL, headers: Readonly<Record<string, string>> = {}) =>
    WebSocketClient.open(address, { headers, ca: pem.certificate });
  const openStream = (address: URL, headers: Readonly<Record<string, string>> = {}) =>
    EventStreamClient.open(address, headers, pem.certificate);

  it('a WebSocket that names its stream in the URL receives an event', async (test) => {
    const client = await openSocket(socketUrl(test, { stream: 'user', access_token: viewer.token }));
    await untilSubscribed(client, environment.publisher, channel);
    await publishEvent(environment.publisher, channel, 'delete', '1');
    expect(await client.next()).toMatchObject({ event: 'delete', payload: '1', stream: ['user'] });
    await client.close();
  });

  it('an unknown stream is answered with an error frame, and the socket takes another stream', async (test) => {
    const client = await openSocket(socketUrl(test, { stream: 'nonsense' }), authorization(viewer));
    expect(await client.nextError()).toMatchObject({ error: 'Unknown stream type', status: 400 });
    client.subscribe('user');
    await untilSubscribed(client, environment.publisher, channel);
    await client.close();
  });

  it('a WebSocket with a wrong token is refused with 401', async (test) => {
    const refusal: unknown = await openSocket(socketUrl(test, { stream: 'user', access_token: 'wrong' })).catch(
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ status: 401 });
  });

  it('the close code of a revoked token arrives', async (test) => {
    const { id, token } = await environment.fixtures.token(viewer.user);
    const client = await openSocket(socketUrl(test, { stream: 'user', access_token: token }));
    await untilSubscribed(client, environment.publisher, channel);
    await publishEvent(environment.publisher, `timeline:access_token:${id}`, 'kill');
    expect(await client.ended).toMatchObject({ code: 1000 });
  });

  if (row.pathIsLost === true) {
    return;
  }

  it('an event stream receives each event at once', async (test) => {
    const client = await openStream(url(test, `${streamingPath}/user`), authorization(viewer));
    const took: number[] = [];
    for (const payload of ['1', '2', '3', '4', '5']) {
      const published = performance.now();
      await publishEvent(environment.publisher, channel, 'delete', payload);
      expect(await client.next()).toMatchObject({ event: 'delete', payload });
      took.push(performance.now() - published);
    }
    // The fastest: a busy machine delays some of them, a proxy that holds events back delays all.
    expect(Math.min(...took)).toBeLessThan(heldBackMs);
    await client.close();
  });

  it('an event stream with a wrong token is refused with 401', async (test) => {
    const refusal: unknown = await openStream(url(test, `${streamingPath}/user`, { access_token: 'wrong' })).catch(
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ status: 401, body: JSON.stringify({ error: 'Invalid access token' }) });
  });

  it.skipIf(row.logFiles === undefined)('its logs name the request without its token', async (test) => {
    const address = url(test, `${streamingPath}/user`, { access_token: viewer.token });
    await (await openStream(address)).close();
    const log = () =>
      (row.logFiles ?? []).map((file) => readFileSync(join(proxy.for(test).directory, file), 'utf8')).join('\n');
    await until('the access log has the request', () => log().includes('GET /api/v1/streaming/user" 200'));
    expect(log()).not.toContain(viewer.token);
  });
});
