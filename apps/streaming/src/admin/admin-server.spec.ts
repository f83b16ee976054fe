import { AdmissionQueue, ConnectionRegistry, type Authentication } from '@fedistream/auth';
import { DatabasePool } from '@fedistream/database';
import { closeReasons } from '@fedistream/delivery';
import { Broker } from '@fedistream/event-bus';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Validator } from '@seriousme/openapi-schema-validator';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionCloser } from '../connections/connection-closer.js';
import { ConnectionDrain } from '../connections/connection-drain.js';
import { LoadShedding } from '../connections/load-shedding.js';
import { Readiness } from '../connections/readiness.js';
import { Metrics } from '../observability/metrics.js';
import { AdminServer } from './admin-server.js';
import { AdminSettings } from './admin-settings.js';
import { ConnectionOverview } from './connection-overview.js';
import { ReadinessReport } from './readiness-report.js';

const admissions = { overloaded: false };
const broker = { ready: true };
const pool = { up: true };
const drain = { drain: vi.fn(() => Promise.resolve()) };

function client(accountId: string, tokenId: string, address: string, stream: string, bufferedBytes = 0) {
  return {
    viewer: { accountId, tokenId } as Authentication['viewer'],
    address,
    labels: [[stream]],
    framing: { type: 'websocket' },
    openedAtMs: 0,
    bufferedBytes,
    close: vi.fn(),
    silence: vi.fn(),
  };
}

let server: AdminServer;
let readiness: Readiness;
let url: string;
let clients: ReturnType<typeof client>[];

beforeEach(async () => {
  drain.drain.mockClear();
  vi.spyOn(Logger.prototype, 'log').mockReturnValue();
  vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
  Object.assign(admissions, { overloaded: false });
  Object.assign(broker, { ready: true });
  Object.assign(pool, { up: true });
  clients = [
    client('1', 't1', '192.0.2.1', 'user', 10),
    client('1', 't2', '192.0.2.2', 'public', 5_000),
    client('2', 't3', '192.0.2.2', 'public'),
  ];
  const module = await Test.createTestingModule({
    providers: [
      AdminServer,
      ConnectionCloser,
      ConnectionOverview,
      LoadShedding,
      Readiness,
      ReadinessReport,
      { provide: AdminSettings, useValue: { port: 0, address: '127.0.0.1' } },
      { provide: AdmissionQueue, useValue: admissions },
      { provide: Broker, useValue: broker },
      { provide: ConnectionDrain, useValue: drain },
      { provide: ConnectionRegistry, useValue: { all: () => [...clients] } },
      { provide: DatabasePool, useValue: pool },
      { provide: Metrics, useValue: { text: () => Promise.resolve('metric 1\n') } },
    ],
  }).compile();
  server = module.get(AdminServer);
  readiness = module.get(Readiness);
  url = (await server.listen()) ?? '';
});

afterEach(async () => {
  await server.onApplicationShutdown();
  vi.restoreAllMocks();
});

async function ask(path: string, method = 'GET') {
  const answer = await fetch(url + path, { method });
  return { status: answer.status, body: await answer.json() };
}

/** With any headers; `fetch` refuses to set some. */
function statusOf(method: string, path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url + path, { method, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once('error', reject)
      .end();
  });
}

describe('the internal listener', () => {
  it('is live while the event loop answers', async () => {
    expect(await ask('/live')).toEqual({ status: 200, body: { live: true } });
  });

  it('is ready, or says with 503 why it is not', async () => {
    expect(await ask('/ready')).toEqual({ status: 200, body: { ready: true, reasons: [] } });
    Object.assign(broker, { ready: false });
    expect(await ask('/ready')).toEqual({ status: 503, body: { ready: false, reasons: ['redis'] } });
    Object.assign(broker, { ready: true });
    Object.assign(admissions, { overloaded: true });
    expect(await ask('/ready')).toEqual({ status: 503, body: { ready: false, reasons: ['overloaded'] } });
    Object.assign(admissions, { overloaded: false });
    Object.assign(broker, { ready: false });
    Object.assign(pool, { up: false });
    readiness.startDraining();
    expect(await ask('/ready')).toEqual({
      status: 503,
      body: { ready: false, reasons: ['draining', 'redis', 'postgresql'] },
    });
    expect((await ask('/live')).status).toBe(200);
  });

  it('serves the metrics', async () => {
    expect(await (await fetch(`${url}/metrics`)).text()).toBe('metric 1\n');
  });

  it('counts connections by account, token, address and stream', async () => {
    expect((await ask('/connections')).body).toMatchObject({
      total: 3,
      byTransport: { websocket: 3, eventsource: 0 },
      byStream: { public: { connections: 2, waitingBytes: 5_000 }, user: { connections: 1, waitingBytes: 10 } },
      byAccount: { 1: { connections: 2, oldest: '1970-01-01T00:00:00.000Z', waitingBytes: 5_010 }, 2: {} },
      byAddress: { '192.0.2.2': { connections: 2 }, '192.0.2.1': { connections: 1 } },
      slowest: [{ token: 't2', waitingBytes: 5_000, openedAt: '1970-01-01T00:00:00.000Z' }, { token: 't1' }, {}],
    });
    expect((await ask('/connections?account=1&stream=public')).body).toMatchObject({
      total: 1,
      byToken: { t2: { connections: 1 } },
    });
  });

  it.each([
    ['account=1', [0, 1]],
    ['token=t3', [2]],
    ['address=192.0.2.2', [1, 2]],
    ['account=1&address=192.0.2.2', [1]],
    ['account=9', []],
  ])('closes the connections of %s and no others', async (query, expected) => {
    expect(await ask(`/connections?${query}`, 'DELETE')).toEqual({ status: 200, body: { closed: expected.length } });
    const closed = clients.flatMap(({ close }, index) => (close.mock.calls.length > 0 ? [index] : []));
    expect(closed).toEqual(expected);
    expect(clients.flatMap(({ close }) => close.mock.calls).flat()).toEqual(expected.map(() => closeReasons.revoked));
  });

  it('closes nothing without an account, a token or an address, or with a filter that does not exist', async () => {
    expect((await ask('/connections', 'DELETE')).status).toBe(400);
    expect((await ask('/connections?stream=user', 'DELETE')).status).toBe(400);
    expect((await ask('/connections?account=1&steam=public', 'DELETE')).status).toBe(400);
    expect(clients.every(({ close }) => close.mock.calls.length === 0)).toBe(true);
  });

  it('sheds so many connections, whose clients are told to reconnect, and not twice at a time', async () => {
    expect(await ask('/shed?connections=2&seconds=86400', 'POST')).toEqual({
      status: 202,
      body: { closing: 2, seconds: 86_400 },
    });
    const closed = (): unknown[] => clients.flatMap(({ close }) => close.mock.calls.map(([reason]): unknown => reason));
    // The second one follows within a day.
    expect(closed()).toEqual([closeReasons.restart]);
    expect((await ask('/shed?connections=1&seconds=1', 'POST')).status).toBe(409);
    expect(closed()).toHaveLength(1);
  });

  it.each([
    '',
    '?connections=1',
    '?connections=0&seconds=1',
    '?connections=1&seconds=0',
    '?connections=1&seconds=1&x=1',
  ])('sheds nothing for POST /shed%s', async (query) => {
    expect((await ask(`/shed${query}`, 'POST')).status).toBe(400);
    expect(clients.every(({ close }) => close.mock.calls.length === 0)).toBe(true);
  });

  it('sheds nothing while the process drains', async () => {
    readiness.startLeaving();
    expect((await ask('/shed?connections=1&seconds=1', 'POST')).status).toBe(409);
  });

  it('describes all it answers in a valid OpenAPI document', async () => {
    const { body } = (await ask('/openapi.json')) as { body: { paths: Record<string, Record<string, unknown>> } };
    expect(await new Validator().validate(body)).toEqual({ valid: true });
    const operations = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(operations.sort()).toEqual([
      'delete /connections',
      'get /connections',
      'get /live',
      'get /metrics',
      'get /openapi.json',
      'get /ready',
      'post /drain',
      'post /shed',
    ]);
  });

  it.each([
    ['from another site (CSRF)', { 'Sec-Fetch-Site': 'cross-site' }],
    ['from another port of this machine', { 'Sec-Fetch-Site': 'same-site' }],
    ['with an origin', { Origin: 'https://evil.example' }],
    ['without Fetch Metadata, under a name that points to this machine (DNS rebinding)', { Host: 'evil.example:4100' }],
    ['under such a name, of the same origin', { Host: 'evil.example', 'Sec-Fetch-Site': 'same-origin' }],
  ])('refuses a request that a web page may have sent %s', async (_, headers) => {
    for (const [method, path] of [
      ['GET', '/connections'],
      ['DELETE', '/connections?account=1'],
      ['POST', '/drain'],
      ['POST', '/shed?connections=1&seconds=1'],
    ] as const) {
      expect(await statusOf(method, path, headers)).toBe(403);
    }
    expect(clients.every(({ close }) => close.mock.calls.length === 0)).toBe(true);
    expect(drain.drain).not.toHaveBeenCalled();
  });

  it.each(['127.0.0.1:4100', '10.0.0.7', '[::1]:4100', 'localhost:4100'])('answers an operator at %s', async (host) => {
    expect(await statusOf('GET', '/connections', { Host: host })).toBe(200);
  });

  it('answers probes and Prometheus by any name', async () => {
    for (const path of ['/live', '/ready', '/metrics']) {
      expect(await statusOf('GET', path, { Host: 'fedistream-0.fedistream.svc:4100' })).toBe(200);
    }
  });

  it('logs each change of state with what was done', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    await ask('/connections?account=1', 'DELETE');
    await ask('/drain', 'POST');
    expect(warn.mock.calls).toMatchObject([
      [{ msg: 'connections closed by an operator', account: '1', closed: 2, from: '127.0.0.1' }],
      [{ msg: 'drain requested by an operator', from: '127.0.0.1' }],
    ]);
  });

  it('drains the process on request', async () => {
    expect(await ask('/drain', 'POST')).toEqual({ status: 202, body: { draining: true } });
    expect(drain.drain).toHaveBeenCalled();
  });
});
