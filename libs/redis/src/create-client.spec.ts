import type { Redis } from 'ioredis';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from './create-client.js';
import { bulk, list, ScriptedServer } from './testing/scripted-server.js';

/** For what follows at once, on a busy machine, too. */
const patient = { timeout: 10_000, interval: 10 };

describe('a client that finds its master through a Sentinel', () => {
  let master: ScriptedServer;
  let sentinel: ScriptedServer;
  let client: Redis;
  /** Who is to be told of a new master. */
  let listeners: Socket[];
  /** How often the Sentinel was asked for the master. */
  let asked: number;
  /** What the Sentinel does before it answers that. */
  let beforeAnswer: () => unknown;

  beforeEach(async () => {
    listeners = [];
    asked = 0;
    beforeAnswer = () => undefined;
    master = await ScriptedServer.start(([command]) => (command === 'info' ? bulk('role:master\r\n') : '+OK\r\n'));
    sentinel = await ScriptedServer.start(async ([command, subcommand], connection) => {
      if (command === 'subscribe') {
        listeners.push(connection);
        return `*3\r\n${bulk('subscribe')}${bulk('+switch-master')}:1\r\n`;
      }
      if (subcommand === 'get-master-addr-by-name') {
        asked++;
        await beforeAnswer();
        return list('127.0.0.1', String(master.port));
      }
      return subcommand === 'sentinels' ? list() : '+OK\r\n';
    });
    client = createClient({ sentinels: [{ host: '127.0.0.1', port: sentinel.port }] }, { name: 'test' });
    client.on('error', () => undefined);
    await client.connect();
    await vi.waitFor(() => {
      expect(listeners).toHaveLength(1);
    }, patient);
  });

  afterEach(() => {
    client.disconnect();
    sentinel.stop();
    master.stop();
  });

  /** Loses the connection, and waits until the client has ended. */
  async function endOfClient(): Promise<void> {
    const ended = new Promise((resolve) => client.once('end', resolve));
    master.hangUp();
    await ended;
  }

  /** Loses the connection, and has the Sentinel announce a new master while it is asked for it. */
  async function announceWhileAsked(): Promise<void> {
    beforeAnswer = async () => {
      beforeAnswer = () => undefined;
      for (const listener of listeners) {
        const left = once(listener, 'close');
        listener.write(list('message', '+switch-master', 'mymaster 127.0.0.1 1 127.0.0.1 2'));
        await left;
      }
    };
    await endOfClient();
  }

  it('connects again though the new master is announced just while it asks for it', async () => {
    await announceWhileAsked();
    await vi.waitFor(() => {
      expect(client.status).toBe('ready');
    }, patient);
    expect(asked).toBe(3);
  });

  it('stays ended when it is told to end before it tries again', async () => {
    await announceWhileAsked();
    client.disconnect();
    await sleep(150);
    expect([asked, client.status]).toEqual([2, 'end']);
  });

  it('stays ended when it is told to end while it asks', async () => {
    beforeAnswer = () => {
      client.disconnect();
    };
    await endOfClient();
    await sleep(150);
    expect([asked, client.status]).toEqual([2, 'end']);
  });
});

describe('a client whose database is not there', () => {
  it('is not ready, says so, sends nothing but its handshake, and tries again until it is there', async () => {
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
    }, patient);
    await client.ping();
    expect(errors).toEqual(['ERR DB index is out of range', 'ERR DB index is out of range']);
    // The connection that succeeds asks twice: first in RESP3, which this server does not know.
    const handshakes = ['select 99', 'select 99', 'select 99', 'select 99', 'info'];
    expect(seen).toEqual([...handshakes, 'ping']);
    expect(states).toEqual([handshakes.join(', ')]);
    client.disconnect();
    server.stop();
  });
});
