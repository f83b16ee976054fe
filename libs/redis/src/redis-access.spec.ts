import { controlPatterns } from '@fedistream/domain';
import type { Redis } from 'ioredis';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort } from './testing/redis-process.js';
import { TestServers, program } from './testing/test-servers.js';

const withoutOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version']);
    return false;
  } catch {
    return true;
  }
})();

describe.skipIf(program === undefined)('RedisBroker on a server', () => {
  let servers: TestServers;

  beforeEach(async () => {
    servers = await TestServers.begin();
  });

  afterEach(() => servers.end());

  describe('with ACL rules', () => {
    // Redis permits a pattern only if the rules contain the same one.
    const rules = ['+@all', 'allkeys', 'resetchannels', '&timeline:*', ...controlPatterns.map((one) => `&${one}`)];

    /** A server with a user `streaming` under these rules; the default user may do everything. */
    async function serverWithUser(...userRules: string[]): Promise<{ port: number; operator: Redis }> {
      const { port } = await servers.server();
      const operator = servers.connect({ port });
      await operator.call('ACL', 'SETUSER', 'streaming', 'on', '>secret', ...userRules);
      return { port, operator };
    }

    it('logs that the password is wrong, without the password', async () => {
      const { port } = await servers.server(['--requirepass', 'right']);
      const broker = await servers.broker({ port, password: 'wrong-secret' });
      expect(broker.ready).toBe(false);
      expect(servers.log.join('\n')).toContain('WRONGPASS');
      expect(servers.log.join('\n')).not.toContain('wrong-secret');
    });

    it('connects with a user, its password and a database', async () => {
      const { port, operator } = await serverWithUser(...rules);
      const broker = await servers.broker({ port, username: 'streaming', password: 'secret', db: 3 });
      await broker.subscribe('timeline:1');
      await servers.expectDelivery(operator, 'timeline:1', 'hello');
      await operator.select(3);
      expect(await operator.exists('subscribed:timeline:1')).toBe(1);
    });

    it('connects without the right to INFO, and prints nothing on the console', async () => {
      const printed = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
      const { port, operator } = await serverWithUser(...rules, '-info');
      const broker = await servers.broker({ port, username: 'streaming', password: 'secret' });
      await broker.subscribe('timeline:1');
      await servers.expectDelivery(operator, 'timeline:1', 'hello');
      printed.forEach((print) => {
        expect(print).not.toHaveBeenCalled();
      });
    });

    it.each([
      ['with one script for many channels', []],
      ['one by one, where scripts are refused', ['-eval']],
    ])('writes presence keys %s', async (_, withoutCommands) => {
      const { port, operator } = await serverWithUser(...rules, ...withoutCommands);
      const broker = await servers.broker({ port, username: 'streaming', password: 'secret' });
      const names = ['timeline:1', 'timeline:2', 'timeline:3'];
      for (const round of [1, 2]) {
        await Promise.all(names.map((name) => broker.subscribe(`${name}${round}`)));
        const lives = await Promise.all(names.map((name) => operator.ttl(`subscribed:${name}${round}`)));
        expect(Math.min(...lives)).toBeGreaterThan(1_000);
        expect(Math.max(...lives)).toBeLessThanOrEqual(1_080);
      }
      expect(broker.ready).toBe(true);
      const calls = await operator.info('commandstats');
      expect(Number(/cmdstat_eval:calls=(\d+)/.exec(calls)?.[1] ?? 0)).toBe(withoutCommands.length === 0 ? 2 : 0);
      expect(servers.log.join('\n')).not.toMatch(/NOPERM|presence/);
    });

    it('subscribes to all channels but a forbidden one', async () => {
      const { port, operator } = await serverWithUser(...rules);
      const broker = await servers.broker({ port, username: 'streaming', password: 'secret' });
      void broker.subscribe('forbidden');
      await Promise.all(['timeline:1', 'timeline:2', 'timeline:3'].map((channel) => broker.subscribe(channel)));
      await servers.expectDelivery(operator, 'timeline:2', 'hello');
      await vi.waitFor(() => {
        expect(servers.log.join('\n')).toContain('Redis refuses to subscribe forbidden');
      });
      expect(broker.ready).toBe(true);
    });

    it('is not ready when ACL rules forbid the control channels, which revoke tokens', async () => {
      const { port } = await serverWithUser('+@all', 'allkeys', 'resetchannels', '&timeline:public');
      const broker = await servers.broker({ port, username: 'streaming', password: 'secret' });
      expect(broker.ready).toBe(false);
      expect(servers.log.join('\n')).toContain('Redis refuses to subscribe the control channels');
    });
  });

  describe.skipIf(withoutOpenssl)('that accepts TLS only', () => {
    let tls: { ca: string; cert: string; key: string };
    let port: number;

    function openssl(...parameters: string[]): void {
      execFileSync('openssl', parameters, { cwd: servers.directory, stdio: 'ignore' });
    }

    beforeEach(async () => {
      const subject = (name: string): string[] => [
        '-subj',
        `/CN=${name}`,
        '-days',
        '2',
        '-nodes',
        '-newkey',
        'rsa:2048',
      ];
      openssl('req', '-x509', ...subject('test authority'), '-keyout', 'ca.key', '-out', 'ca.crt');
      for (const name of ['server', 'client']) {
        openssl(
          'req',
          ...subject(name).filter((word) => word !== '-days' && word !== '2'),
          '-keyout',
          `${name}.key`,
          '-out',
          `${name}.csr`,
        );
        await writeFile(join(servers.directory, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1');
        openssl(
          ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
          ...['-days', '2', '-extfile', 'names', '-out', `${name}.crt`],
        );
      }
      const read = (name: string): Promise<string> => readFile(join(servers.directory, name), 'utf8');
      tls = { ca: await read('ca.crt'), cert: await read('client.crt'), key: await read('client.key') };
      port = await freePort();
      await servers.server(
        [
          ...['--port', '0', '--tls-port', String(port), '--tls-ca-cert-file', join(servers.directory, 'ca.crt')],
          ...[
            '--tls-cert-file',
            join(servers.directory, 'server.crt'),
            '--tls-key-file',
            join(servers.directory, 'server.key'),
          ],
        ],
        port,
      );
    });

    it('connects with a certificate authority and a client certificate of its own', async () => {
      const broker = await servers.broker({ url: `rediss://localhost:${port}`, tls });
      await broker.subscribe('timeline:1');
      await servers.expectDelivery(servers.connect({ port, host: 'localhost', tls }), 'timeline:1', 'hello');
    });

    it('finds its master through a Sentinel with a password, TLS only, at an IPv6 address', async () => {
      const sentinelPort = await freePort();
      const configuration = join(servers.directory, 'sentinel.conf');
      const certificate = ['tls-cert-file', 'tls-key-file', 'tls-ca-cert-file'].map(
        (name, index) => `${name} ${join(servers.directory, ['server.crt', 'server.key', 'ca.crt'][index]!)}`,
      );
      const master = await servers.server(['--requirepass', 'pw']);
      await writeFile(
        configuration,
        [
          `sentinel monitor main 127.0.0.1 ${master.port} 1`,
          'sentinel auth-pass main pw',
          'requirepass sentinel-pw',
          `dir ${servers.directory}`,
          ...['port 0', `tls-port ${sentinelPort}`, 'bind ::1', ...certificate],
        ].join('\n'),
      );
      await servers.start([configuration, '--sentinel', '--tls-port', String(sentinelPort)], sentinelPort);
      const broker = await servers.broker({
        sentinels: [{ host: '::1', port: sentinelPort }],
        sentinelMaster: 'main',
        sentinelPassword: 'sentinel-pw',
        sentinelTls: tls,
        password: 'pw',
      });
      await broker.subscribe('timeline:1');
      await servers.expectDelivery(servers.connect({ port: master.port, password: 'pw' }), 'timeline:1', 'hello');
    });

    it('refuses a server whose certificate authority it does not know', async () => {
      const broker = await servers.broker({ url: `rediss://localhost:${port}` });
      expect(broker.ready).toBe(false);
      expect(servers.log.join('\n')).toMatch(
        /^Redis unreachable at localhost:\d+ \(.*certificate.*\); retrying in [\d.]+ s$/m,
      );
    });
  });
});
