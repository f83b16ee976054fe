import { demoList, demoTokens, demoUser } from '@fedistream/demo';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { httpRequest, authorization, Server, streamingPath, transports, until } from '../support/index.js';

const root = join(import.meta.dirname, '..', '..', '..', '..');

/** What a newcomer sets: nothing. Empty variables count as not set; the harness would turn the demo off. */
const newcomer = { DEMO: '', NODE_ENV: '', LOG_LEVEL: 'trace' };

describe('a first start, with nothing set and nothing running', () => {
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
    const started = await Server.start({ ...newcomer, FEDISTREAM_DATA_DIR: directory });
    const text = () => started.output.split('\n').filter((line) => !line.startsWith('{'));
    await until('the whole banner is printed', () => text().some((line) => line.includes("stream: 'direct'")));
    banner = text();
    return started;
  }

  it('prints every demo token and lines to paste', () => {
    for (const { token, scopes } of demoTokens) {
      expect(banner.some((line) => line.includes(token) && line.includes(`(${scopes})`))).toBe(true);
    }
    expect(commands().length).toBeGreaterThan(6);
  });

  it.for(['curl', 'node'])('prints lines for %s that work as they are, each of them', async (program, test) => {
    const missing = spawnSync(program, ['--version']).error !== undefined;
    test.skip(missing, `there is no ${program} on this machine`);
    const lines = commands().filter((line) => line.startsWith(`${program} `));
    expect(lines).not.toEqual([]);
    const results = await Promise.all(lines.map(outputOf));
    expect(results.filter(({ output }) => !isStream(output))).toEqual([]);
  });

  it('brings events to all of the demo’s streams, over both transports', async () => {
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

  it.each(demoTokens)('knows its token $token: $opens', async ({ token, scopes, administrator }) => {
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

  it('writes no token into its log', () => {
    for (const { token } of demoTokens) {
      expect(server.log.filter((line) => JSON.stringify(line).includes(token))).toEqual([]);
    }
    expect(server.log.length).toBeGreaterThan(10);
  });

  it('keeps the files to itself: a second server on them ends and says why', async () => {
    const second = Server.launch({ ...newcomer, LOG_LEVEL: 'info', FEDISTREAM_DATA_DIR: directory });
    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.output.split('\n')).toEqual([
      expect.stringContaining(`in use by another Fedistream (process ${server.pid})`),
    ]);
    expect(second.output).toMatch(`FEDISTREAM_DATA_DIR="${directory}": `);
    expect(server.running).toBe(true);
  });

  it('is followed by a second one on the same files, and even by one after a crash', async () => {
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

  /** The lines that are to be pasted. */
  function commands(): string[] {
    return banner.map((line) => line.trim()).filter((line) => /^(curl|node) /.test(line));
  }

  /** Whether what came is the beginning of an event stream, or a frame. */
  function isStream(output: string): boolean {
    return output.startsWith(':)\n') || output.startsWith('{"stream":["');
  }

  /** Pastes a line into a shell in this directory, and returns what it has printed once that is a stream, or at its end. */
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
