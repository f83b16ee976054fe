import { freePort, startProgram } from '@fedistream/services';
import { EventSource } from 'eventsource';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  httpRequest,
  openStores,
  OptionalProgram,
  publishEvent,
  Server,
  streamingPath,
  until,
  untilMetric,
  type Stores,
  type Viewer,
} from '../support/index.js';
import { haproxy, haproxyArguments, shippedHaproxy } from './haproxy.js';
import { ArrivingClients } from './arriving-clients.js';
import { nginx, nginxArguments, shippedNginx } from './nginx.js';
import type { ServerPorts } from './proxy.js';

const rows = [
  {
    name: 'nginx with docker/nginx.conf',
    program: nginx.program,
    args: nginxArguments,
    configuration: (port: number, [first, second]: readonly [ServerPorts, ServerPorts], directory: string) =>
      shippedNginx(port, [first.port, second.port], directory),
  },
  {
    name: 'HAProxy with docker/haproxy.cfg',
    program: haproxy.program,
    args: haproxyArguments,
    configuration: shippedHaproxy,
  },
];

let stores: Stores;
let viewer: Viewer;

beforeAll(async () => {
  stores = await openStores();
  viewer = await stores.fixtures.viewer();
});

afterAll(async () => {
  await stores.close();
});

describe.each(rows)('behind $name', ({ program, args, configuration }) => {
  let servers: [Server, Server];
  let ports: [ServerPorts, ServerPorts];
  let proxy: OptionalProgram;

  const start = ({ port, adminPort }: ServerPorts) =>
    Server.start({
      ...stores.env,
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      DRAIN_DELAY_SECONDS: '3',
      DRAIN_SECONDS: '2',
    });

  const startBoth = () => Promise.all([start(ports[0]), start(ports[1])]);

  beforeAll(async () => {
    const [one, two, three, four] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    ports = [
      { port: one, adminPort: two },
      { port: three, adminPort: four },
    ];
    servers = await startBoth();
    proxy = await OptionalProgram.starting(
      startProgram(program, {
        configuration: (port, directory) => configuration(port, ports, directory),
        args,
        ready: (port) =>
          httpRequest(new URL(`${streamingPath}/health`, `http://127.0.0.1:${port}`)).then(
            ({ status }) => status === 200,
            () => false,
          ),
      }),
    );
  });

  afterAll(async () => {
    await proxy.stop();
    await Promise.all(servers.map((server) => server.kill()));
  });

  function eventSource(port: number): EventSource {
    const query = new URLSearchParams({ access_token: viewer.token });
    return new EventSource(`http://127.0.0.1:${port}${streamingPath}/user?${query.toString()}`);
  }

  it('no new client is lost and no EventSource gives up while one server after the other is restarted', async (test) => {
    const { port } = proxy.for(test);
    const sources = Array.from({ length: 20 }, () => eventSource(port));
    await until('all are open', () => sources.every(({ readyState }) => readyState === 1));
    const arriving = new ArrivingClients(port, viewer.token);
    for (const index of [0, 1] as const) {
      const before = arriving.accepted;
      expect(await servers[index].stop()).toEqual({ code: 0, signal: null });
      servers[index] = await start(ports[index]);
      // The proxy knows again that this server is up, before the other one goes.
      await until(
        'the proxy sends clients to the new process',
        async () => (await untilMetric(servers[index], 'connected_clients', { type: 'websocket' }, (n) => n > 0), true),
      );
      expect(arriving.accepted).toBeGreaterThan(before);
    }
    await arriving.stop();
    expect(arriving.lost).toEqual([]);
    await until('all are open again', () => sources.every(({ readyState }) => readyState === 1));
    const received = sources.map(
      (source) =>
        new Promise((resolve) => {
          source.addEventListener('delete', resolve);
        }),
    );
    await publishEvent(stores.publisher, `timeline:${viewer.account.id}`, 'delete', '1');
    await Promise.all(received);
    sources.forEach((source) => {
      source.close();
    });
  });

  it('an EventSource comes back after both servers were away', async (test) => {
    const { port } = proxy.for(test);
    const source = eventSource(port);
    await until('it is open', () => source.readyState === 1);
    await Promise.all(servers.map((server) => server.kill()));
    const refused = await httpRequest(new URL(`${streamingPath}/user`, `http://127.0.0.1:${port}`));
    expect(refused.status).toBe(503);
    const headers = { Accept: 'text/event-stream' };
    await expect(
      httpRequest(new URL(`${streamingPath}/user`, `http://127.0.0.1:${port}`), { headers }),
    ).rejects.toThrow('socket hang up');
    await until('it tries again', () => source.readyState === 0);
    servers[0] = await start(ports[0]);
    await until('it is open again', () => source.readyState === 1);
    source.close();
  });
});
