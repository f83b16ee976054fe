import { ConnectionRegistry, type Authentication } from '@fedistream/auth';
import { DatabasePool } from '@fedistream/database';
import { closeReasons } from '@fedistream/delivery';
import { Broker } from '@fedistream/event-bus';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionCloser } from '../connections/connection-closer.js';
import { ConnectionDrain } from '../connections/connection-drain.js';
import { Readiness } from '../connections/readiness.js';
import { Metrics } from '../observability/metrics.js';
import { AdminServer } from './admin-server.js';
import { AdminSettings } from './admin-settings.js';
import { ConnectionOverview } from './connection-overview.js';
import { ReadinessReport } from './readiness-report.js';

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
  vi.spyOn(Logger.prototype, 'log').mockReturnValue();
  vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
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
      Readiness,
      ReadinessReport,
      { provide: AdminSettings, useValue: { port: 0, address: '127.0.0.1' } },
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

describe('the internal listener', () => {
  it('is live while the event loop answers', async () => {
    expect(await ask('/live')).toEqual({ status: 200, body: { live: true } });
  });

  it('is ready, or says with 503 why it is not', async () => {
    expect(await ask('/ready')).toEqual({ status: 200, body: { ready: true, reasons: [] } });
    Object.assign(broker, { ready: false });
    expect(await ask('/ready')).toEqual({ status: 503, body: { ready: false, reasons: ['redis'] } });
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
      byTransport: { websocket: 3 },
      byStream: { public: 2, user: 1 },
      byAccount: { 1: 2, 2: 1 },
      byAddress: { '192.0.2.2': 2, '192.0.2.1': 1 },
      slowest: [{ token: 't2', waitingBytes: 5_000, openedAt: '1970-01-01T00:00:00.000Z' }, { token: 't1' }, {}],
    });
    expect((await ask('/connections?account=1&stream=public')).body).toMatchObject({ total: 1, byToken: { t2: 1 } });
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

  it('closes nothing without an account, a token or an address', async () => {
    expect((await ask('/connections', 'DELETE')).status).toBe(400);
    expect((await ask('/connections?stream=user', 'DELETE')).status).toBe(400);
    expect(clients.every(({ close }) => close.mock.calls.length === 0)).toBe(true);
  });

  it('drains the process on request', async () => {
    expect(await ask('/drain', 'POST')).toEqual({ status: 202, body: { draining: true } });
    expect(drain.drain).toHaveBeenCalled();
  });
});
