import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient, createMasterWatch, targetText } from './create-client.js';
import type { MasterWatch } from './master-watch.js';
import type { ReconnectingRedis } from './reconnecting-redis.js';
import { bulk, list, ScriptedServer } from './testing/scripted-server.js';

/** The time limit for effects that follow at once, generous for a busy machine. */
const soon = { timeout: 10_000, interval: 10 };

/** Waits 20 turns of the event loop, in which pending callbacks and their consequences run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a client that finds its master through a Sentinel', () => {
  let masters: ScriptedServer[];
  let sentinel: ScriptedServer;
  let client: ReconnectingRedis;
  let watch: MasterWatch;
  /** The connections that have subscribed to announcements. */
  let subscribers: Socket[];
  /** How often the Sentinel was asked for the master. */
  let asked: number;
  /** The index of the master that the Sentinel answers with. */
  let current: number;
  /** What the Sentinel does before it answers. */
  let beforeAnswer: () => unknown;
  let connections: number;

  beforeEach(async () => {
    subscribers = [];
    asked = 0;
    current = 0;
    connections = 0;
    beforeAnswer = () => undefined;
    const answer = ([command]: readonly string[]): string => (command === 'info' ? bulk('role:master\r\n') : '+OK\r\n');
    masters = [await ScriptedServer.start(answer), await ScriptedServer.start(answer)];
    sentinel = await ScriptedServer.start(async ([command, subcommand], connection) => {
      if (command === 'subscribe') {
        subscribers.push(connection);
        return `*3\r\n${bulk('subscribe')}${bulk('+switch-master')}:1\r\n`;
      }
      if (subcommand === 'get-master-addr-by-name') {
        asked++;
        const { port } = masters[current]!;
        await beforeAnswer();
        return list('127.0.0.1', String(port));
      }
      return subcommand === 'sentinels' ? list() : '+OK\r\n';
    });
    const settings = { sentinels: [{ host: '127.0.0.1', port: sentinel.port }] };
    client = createClient(settings, { name: 'test' });
    client.on('error', () => undefined);
    client.on('ready', () => connections++);
    watch = createMasterWatch(settings, (master) => {
      client.announceMaster(master);
    })!;
    watch.start();
    await client.connect();
    client.confirmWorking();
    await vi.waitFor(() => {
      expect(subscribers).toHaveLength(1);
    }, soon);
  });

  afterEach(() => {
    watch.close();
    client.disconnect();
    sentinel.stop();
    masters.forEach((master) => {
      master.stop();
    });
  });

  function announce(master: ScriptedServer, name = 'mymaster'): void {
    for (const subscriber of subscribers) {
      subscriber.write(list('message', '+switch-master', `${name} 127.0.0.1 1 127.0.0.1 ${master.port}`));
    }
  }

  async function expectConnectedTo(master: ScriptedServer): Promise<void> {
    await vi.waitFor(() => {
      expect([client.status, client.stream.remotePort]).toEqual(['ready', master.port]);
    }, soon);
  }

  it('leaves the old master when the new one is announced', async () => {
    current = 1;
    announce(masters[1]!);
    await expectConnectedTo(masters[1]!);
    expect(connections).toBe(2);
  });

  it('stays connected when the announcement comes after it has found the new master', async () => {
    current = 1;
    masters[0]!.hangUp();
    await expectConnectedTo(masters[1]!);
    announce(masters[1]!);
    announce(masters[1]!);
    await client.ping();
    await settle();
    expect([connections, client.status]).toEqual([2, 'ready']);
  });

  it('asks the Sentinel again when the new master is announced while it connects to the old one', async () => {
    beforeAnswer = async () => {
      beforeAnswer = () => undefined;
      current = 1;
      announce(masters[1]!);
      await settle();
    };
    masters[0]!.hangUp();
    await expectConnectedTo(masters[1]!);
    expect(asked).toBe(3);
  });

  it('ignores the announcement of another master', async () => {
    announce(masters[1]!, 'other');
    await client.ping();
    await settle();
    expect(connections).toBe(1);
  });

  it('reconnects after an attempt that was interrupted before it had a connection', async () => {
    beforeAnswer = () => {
      beforeAnswer = () => undefined;
      client.disconnect(true);
    };
    masters[0]!.hangUp();
    await vi.waitFor(() => {
      expect(connections).toBe(2);
    }, soon);
  });

  it('stays closed when it is closed while it asks for the master', async () => {
    const ended = new Promise((resolve) => client.once('end', resolve));
    beforeAnswer = () => {
      client.disconnect();
    };
    masters[0]!.hangUp();
    await ended;
    vi.useFakeTimers();
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    expect([asked, client.status]).toEqual([2, 'end']);
  });
});

describe('a client whose database does not exist', () => {
  it('is not ready, reports the error, sends only its handshake, and retries until the database exists', async () => {
    const refused = '-ERR DB index is out of range\r\n';
    const answers = [refused, refused];
    const seen: string[] = [];
    const server = await ScriptedServer.start(([command = '', argument = '']) => {
      if (command !== 'client') {
        seen.push(`${command} ${argument}`.trim());
      }
      return command === 'select'
        ? (answers.shift() ?? '+OK\r\n')
        : command === 'info'
          ? bulk('role:master\r\n')
          : '+OK\r\n';
    });
    const client = createClient({ url: `redis://127.0.0.1:${server.port}/99` }, { name: 'test' });
    const errors: string[] = [];
    client.on('error', ({ message }: Error) => errors.push(message));
    const states: string[] = [];
    client.on('ready', () => states.push(seen.join(', ')));
    client.connect().catch(() => undefined);
    await vi.waitFor(() => {
      expect(client.status).toBe('ready');
    }, soon);
    await client.ping();
    expect(errors).toEqual(['ERR DB index is out of range', 'ERR DB index is out of range']);
    // The connection that succeeds selects twice: first in RESP3, which this server does not know.
    const handshakes = ['select 99', 'select 99', 'select 99', 'select 99', 'info'];
    expect(seen).toEqual([...handshakes, 'ping']);
    expect(states).toEqual([handshakes.join(', ')]);
    client.disconnect();
    server.stop();
  });
});

describe('a client with a password that the server does not need', () => {
  it('connects, and prints nothing on the console', async () => {
    const warn = vi.spyOn(console, 'warn');
    const server = await ScriptedServer.start(([command]) =>
      command === 'auth'
        ? '-ERR AUTH <password> called without any password configured for the default user.\r\n'
        : command === 'info'
          ? bulk('role:master\r\n')
          : '+OK\r\n',
    );
    const client = createClient({ url: `redis://:secret@127.0.0.1:${server.port}` }, { name: 'test' });
    await client.connect();
    expect(client.status).toBe('ready');
    expect(warn).not.toHaveBeenCalled();
    client.disconnect();
    server.stop();
    warn.mockRestore();
  });
});

describe('the target in log lines', () => {
  it.each([
    [{ url: 'redis://user:secret@redis-1:6380/3' }, 'redis-1:6380'],
    [
      {
        sentinels: [
          { host: 'a', port: 1 },
          { host: '::1', port: 2 },
        ],
        password: 'secret',
        sentinelPassword: 'secret',
      },
      "'mymaster' of the Sentinels a:1, [::1]:2",
    ],
  ])('names no user and no password: %j', (settings, text) => {
    expect(targetText(settings)).toBe(text);
  });
});
