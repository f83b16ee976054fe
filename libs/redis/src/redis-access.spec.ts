import { controlPatterns } from '@fedistream/domain';
import type { Redis } from 'ioredis';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort } from './testing/own-redis.js';
import { OwnServers, program } from './testing/own-servers.js';

const withoutOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version']);
    return false;
  } catch {
    return true;
  }
})();

describe.skipIf(program === undefined)('RedisFeed and a server', () => {
  let own: OwnServers;

  beforeEach(async () => {
    own = await OwnServers.begin();
  });

  afterEach(() => own.end());

  describe('with access rules:', () => {
    // A pattern may be subscribed when the rules hold the very same one.
    const rules = ['+@all', 'allkeys', 'resetchannels', '&timeline:*', ...controlPatterns.map((one) => `&${one}`)];

    /** A server with a user `streaming` under these rules; the default user may do everything. */
    async function serverWithUser(...userRules: string[]): Promise<{ port: number; operator: Redis }> {
      const { port } = await own.server();
      const operator = own.connect({ port });
      await operator.call('ACL', 'SETUSER', 'streaming', 'on', '>secret', ...userRules);
      return { port, operator };
    }

    it('a password that is wrong is told in the log, without the password', async () => {
      const { port } = await own.server(['--requirepass', 'right']);
      const broker = await own.broker({ port, password: 'wrong-secret' });
      expect(broker.ready).toBe(false);
      expect(own.log.join('\n')).toContain('WRONGPASS');
      expect(own.log.join('\n')).not.toContain('wrong-secret');
    });

    it('a user, its password and a database', async () => {
      const { port, operator } = await serverWithUser(...rules);
      const broker = await own.broker({ port, username: 'streaming', password: 'secret', db: 3 });
      await broker.subscribe('timeline:1');
      await own.expectDelivery(operator, 'timeline:1', 'hello');
      await operator.select(3);
      expect(await operator.exists('subscribed:timeline:1')).toBe(1);
    });

    it('a channel that is forbidden disturbs no other', async () => {
      const { port, operator } = await serverWithUser(...rules);
      const broker = await own.broker({ port, username: 'streaming', password: 'secret' });
      void broker.subscribe('forbidden');
      await Promise.all(['timeline:1', 'timeline:2', 'timeline:3'].map((channel) => broker.subscribe(channel)));
      await own.expectDelivery(operator, 'timeline:2', 'hello');
      await vi.waitFor(() => {
        expect(own.log.join('\n')).toContain('Redis refuses to subscribe forbidden');
      });
      expect(broker.ready).toBe(true);
    });

    it('presence keys that are forbidden keep nobody from following', async () => {
      const { port, operator } = await serverWithUser('+@all', 'resetkeys', 'allchannels');
      const broker = await own.broker({ port, username: 'streaming', password: 'secret' });
      await broker.subscribe('timeline:1');
      await own.expectDelivery(operator, 'timeline:1', 'hello');
      expect(own.statistics.commandsFailed).toBeGreaterThan(0);
      expect(own.log.join('\n')).toContain('Cannot set presence keys');
    });

    it('without the control channels, by which tokens are revoked, it is not ready', async () => {
      const { port } = await serverWithUser('+@all', 'allkeys', 'resetchannels', '&timeline:public');
      const broker = await own.broker({ port, username: 'streaming', password: 'secret' });
      expect(broker.ready).toBe(false);
      expect(own.log.join('\n')).toContain('Redis refuses to subscribe the control channels');
    });
  });

  describe.skipIf(withoutOpenssl)('that speaks TLS only:', () => {
    let tls: { ca: string; cert: string; key: string };
    let port: number;

    function openssl(...parameters: string[]): void {
      execFileSync('openssl', parameters, { cwd: own.directory, stdio: 'ignore' });
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
        await writeFile(join(own.directory, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1');
        openssl(
          ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
          ...['-days', '2', '-extfile', 'names', '-out', `${name}.crt`],
        );
      }
      const read = (name: string): Promise<string> => readFile(join(own.directory, name), 'utf8');
      tls = { ca: await read('ca.crt'), cert: await read('client.crt'), key: await read('client.key') };
      port = await freePort();
      await own.server(
        [
          ...['--port', '0', '--tls-port', String(port), '--tls-ca-cert-file', join(own.directory, 'ca.crt')],
          ...[
            '--tls-cert-file',
            join(own.directory, 'server.crt'),
            '--tls-key-file',
            join(own.directory, 'server.key'),
          ],
        ],
        port,
      );
    });

    it('with an authority and a client certificate of its own', async () => {
      const broker = await own.broker({ url: `rediss://localhost:${port}`, tls });
      await broker.subscribe('timeline:1');
      await own.expectDelivery(own.connect({ port, host: 'localhost', tls }), 'timeline:1', 'hello');
    });

    it('and is not trusted without its authority', async () => {
      const broker = await own.broker({ url: `rediss://localhost:${port}` });
      expect(broker.ready).toBe(false);
      expect(own.log.join('\n')).toMatch(/Cannot reach Redis: .*certificate/);
    });
  });
});
