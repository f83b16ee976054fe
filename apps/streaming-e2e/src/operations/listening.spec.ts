import { request } from 'node:http';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import {
  httpRequest,
  authorization,
  eventStream,
  openTestEnvironment,
  publishEvent,
  receivedBeforeFence,
  Server,
  streamingPath,
  WebSocketClient,
  type Viewer,
  type TestEnvironment,
} from '../support/index.js';

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

/** Gives `localhost` the addresses that it has on most machines, whatever this one's are. */
const localhostWithTwoAddresses = `
  import dns from 'node:dns';
  import { syncBuiltinESMExports } from 'node:module';
  const addresses = [{ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 }];
  const lookup = dns.lookup;
  dns.lookup = (name, options, done = options) =>
    name !== 'localhost' ? lookup(name, options, done)
    : options.all ? done(null, addresses) : done(null, '::1', 6);
  dns.promises.lookup = async (name, { all } = {}) => (all ? addresses : addresses[0]);
  syncBuiltinESMExports();`;

describe('a server listens', () => {
  let environment: TestEnvironment;
  let viewer: Viewer;
  let directory: string;
  let server: Server | undefined;

  beforeAll(async () => {
    environment = await openTestEnvironment({ broker: 'memory' });
    viewer = await environment.fixtures.viewer();
    directory = await mkdtemp(join(tmpdir(), 'fedistream-socket-'));
  });

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  afterAll(async () => {
    await environment.stop();
    await rm(directory, { recursive: true });
  });

  it('on a Unix socket open to every user, for both transports, and removes it at its end', async () => {
    const path = join(directory, 'streaming.sock');
    server = await Server.start({ ...environment.env, SOCKET: path });
    expect(server.address).toBe(path);
    const found = await stat(path);
    expect(found.isSocket()).toBe(true);
    expect((found.mode & 0o777).toString(8)).toBe('666');

    const channel = `timeline:${viewer.account.id}`;
    const headers = authorization(viewer);
    const url = `ws+unix:${path}:${streamingPath}?stream=user`;
    const socket = await WebSocketClient.open(new URL(url), { headers });
    const bytes = await new Promise<AsyncIterator<Buffer>>((resolve, reject) => {
      request({ socketPath: path, path: `${streamingPath}/user`, headers }, (response) => {
        response.on('error', () => undefined);
        resolve(response[Symbol.asyncIterator]() as AsyncIterator<Buffer>);
      })
        .once('error', reject)
        .end();
    });
    await publishEvent(server.publisher, channel, 'delete', '110000000000000001');
    expect(await socket.next()).toMatchObject({ event: 'delete', payload: '110000000000000001' });
    let text = '';
    while (!text.includes('\n\n')) {
      text += String((await bytes.next()).value);
    }
    expect(text).toBe(':)\nevent: delete\ndata: 110000000000000001\n\n');

    expect(await server.stop()).toEqual({ code: 0, signal: null });
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  it('on the socket path that a killed server left behind, but not on one in use or on a file', async () => {
    const path = join(directory, 'left.sock');
    const env = { ...environment.env, SOCKET: path };
    server = await Server.start(env);
    await expect(Server.start(env)).rejects.toThrow('EADDRINUSE');
    await server.kill();
    expect((await stat(path)).isSocket()).toBe(true);
    server = await Server.start(env);
    expect(server.address).toBe(path);

    const file = join(directory, 'file');
    await writeFile(file, 'precious');
    await expect(Server.start({ ...environment.env, SOCKET: file })).rejects.toThrow('EADDRINUSE');
    expect(await readFile(file, 'utf8')).toBe('precious');
  });

  it.skipIf(!hasIpv6).each(['[::1]', '::1'])('on the IPv6 address BIND=%s', async (address) => {
    server = await Server.start({ ...environment.env, BIND: address });
    expect(server.address).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect(await httpRequest(server.url(`${streamingPath}/health`))).toMatchObject({ status: 200, body: 'OK' });
  });

  it.skipIf(!hasIpv6)(
    'on one address of BIND=localhost alone: a second one would stay open during a drain',
    async () => {
      server = await Server.start({
        ...environment.env,
        BIND: 'localhost',
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(localhostWithTwoAddresses)}`,
      });
      expect(server.address).toBe(`http://[::1]:${server.port}`);
      expect(await httpRequest(server.url(`${streamingPath}/health`))).toMatchObject({ status: 200 });
      const second = new URL(`http://127.0.0.1:${server.port}${streamingPath}/health`);
      await expect(httpRequest(second)).rejects.toThrow('ECONNREFUSED');
    },
  );

  it('on the address and port that are set, and nowhere else', async () => {
    server = await Server.start({ ...environment.env, BIND: '127.0.0.2' });
    expect(server.address).toMatch(/^http:\/\/127\.0\.0\.2:\d+$/);
    const client = await eventStream.open(server, server.publisher, {
      token: viewer.token,
      stream: 'user',
      channel: `timeline:${viewer.account.id}`,
    });
    expect(await receivedBeforeFence(client, server.publisher, `timeline:${viewer.account.id}`)).toEqual([]);
    await client.close();
    await expect(httpRequest(new URL(`http://127.0.0.1:${server.port}${streamingPath}/health`))).rejects.toThrow(
      'ECONNREFUSED',
    );
  });
});
