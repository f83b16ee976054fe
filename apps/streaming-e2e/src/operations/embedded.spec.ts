import { demoList, demoTokens, demoUser } from '@fedistream/demo';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { httpRequest, authorization, Server, streamingPath, transports, until } from '../support/index.js';

const root = join(import.meta.dirname, '..', '..', '..', '..');

/** The settings of a new user: none. Empty variables count as unset and override the defaults of the tests. */
const withoutSettings = { DEMO: '', NODE_ENV: '', LOG_LEVEL: 'trace' };

describe('a first start without settings and services', () => {
  let directory: string;
  let server: Server;
  let banner: string[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fedistream-first-start-'));
    server = await startAndRead();
  });

  afterAll(async () => {
    await server.kill();
    await rm(directory, { recursive: true });
  });

  async function startAndRead(): Promise<Server> {
    const started = await Server.start({ ...withoutSettings, FEDISTREAM_DATA_DIR: directory });
    const text = () => started.outputSoFar.split('\n').filter((line) => !line.startsWith('{'));
    await until('the whole banner is printed', () => text().some((line) => line.includes("stream: 'direct'")));
    banner = text();
    return started;
  }

  it('prints every demo token and commands to paste', () => {
    for (const { token, scopes } of demoTokens) {
      expect(banner.some((line) => line.includes(token) && line.includes(`(${scopes})`))).toBe(true);
    }
    expect(commands().length).toBeGreaterThan(6);
  });

  it.for(['curl', 'node'])('prints %s commands that work as printed', async (program, test) => {
    const missing = spawnSync(program, ['--version']).error !== undefined;
    test.skip(missing, `there is no ${program} on this machine`);
    const lines = commands().filter((line) => line.startsWith(`${program} `));
    expect(lines).not.toEqual([]);
    const results = await Promise.all(lines.map(outputOf));
    expect(results.filter(({ output }) => !isStream(output))).toEqual([]);
  });

  it('delivers demo events on its streams, over both transports', async () => {
    const wanted = [
      { token: 'demo-read', stream: 'public', channel: 'timeline:public' },
      { token: 'demo-read', stream: 'user', channel: `timeline:${demoUser.id}` },
    ];
    const firstEvents = wanted.flatMap((stream) =>
      transports.map(async (transport) => {
        const client = await transport.open(server, server.publisher, stream);
        const { event } = await client.next();
        await client.close();
        return event;
      }),
    );
    for (const event of await Promise.all(firstEvents)) {
      expect(event).toMatch(/^(update|status\.update|delete|notification|announcement)/);
    }
  });

  it.each(demoTokens)('accepts its token $token: $opens', async ({ token, scopes, administrator }) => {
    const mayRead = (part: string) => scopes.split(' ').some((scope) => scope === 'read' || scope === `read:${part}`);
    const asked = async (path: string) =>
      (await httpRequest(server.url(`${streamingPath}/${path}`), { method: 'HEAD', headers: authorization({ token }) }))
        .status;
    for (const path of ['user', 'public', 'public/local', 'hashtag?tag=photo', 'direct']) {
      expect([path, await asked(path)]).toEqual([path, mayRead('statuses') ? 200 : 401]);
    }
    // The list is the demo user's.
    expect(await asked(`list?list=${demoList.id}`)).toBe(mayRead('statuses') && !administrator ? 200 : 401);
    expect(await asked('user/notification')).toBe(mayRead('notifications') ? 200 : 401);
  });

  it('logs no token', () => {
    for (const { token } of demoTokens) {
      expect(server.logSoFar.filter((line) => JSON.stringify(line).includes(token))).toEqual([]);
    }
    expect(server.logSoFar.length).toBeGreaterThan(10);
  });

  it('locks its files: a second server on them exits with the reason', async () => {
    const second = Server.launch({ ...withoutSettings, LOG_LEVEL: 'info', FEDISTREAM_DATA_DIR: directory });
    expect(await second.exited).toEqual({ code: 1, signal: null });
    const output = await second.output();
    expect(output.split('\n')).toEqual([
      expect.stringContaining(`in use by another Fedistream (process ${server.pid})`),
    ]);
    expect(output).toMatch(`FEDISTREAM_DATA_DIR="${directory}": `);
    expect(server.running).toBe(true);
  });

  it('can be followed by a second start on the same files, even after a crash', async () => {
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    server = await startAndRead();
    await expectService();
    await server.kill();
    server = await startAndRead();
    await expectService();
  });

  async function expectService(): Promise<void> {
    const [transport] = transports;
    const client = await transport!.open(server, server.publisher, {
      token: 'demo-read',
      stream: 'public',
      channel: 'timeline:public',
    });
    expect(await client.next()).toBeDefined();
    await client.close();
  }

  /** The commands to paste. */
  function commands(): string[] {
    return banner.map((line) => line.trim()).filter((line) => /^(curl|node) /.test(line));
  }

  /** Whether the output begins an event stream or is a frame. */
  function isStream(output: string): boolean {
    return output.startsWith(':)\n') || output.startsWith('{"stream":["');
  }

  /** Runs a command in a shell and returns its output once that begins a stream, or at its end. */
  async function outputOf(command: string): Promise<{ command: string; output: string; errors: string }> {
    const shell = spawn('sh', ['-c', command], { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    shell.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
    const closed = once(shell, 'close').then(() => true);
    await until(`${command} prints something`, () => isStream(output) || shell.exitCode !== null, 25_000).catch(
      () => undefined,
    );
    if (shell.exitCode === null && shell.pid !== undefined) {
      process.kill(-shell.pid, 'SIGKILL');
    }
    await closed;
    return { command, output, errors };
  }
});
