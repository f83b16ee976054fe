import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { replaceOnce, type ProxyPorts, type ProxyRow, type ServerPorts } from './proxy.js';

const shipped = join(import.meta.dirname, '..', '..', '..', '..', 'docker', 'haproxy.cfg');

/** Ports on which no server listens. */
const closedPorts: ServerPorts = { port: 1, adminPort: 1 };

/** The shipped `docker/haproxy.cfg`; this server has no internal listener that could be asked, so it counts as up. */
export const haproxy: ProxyRow = {
  name: 'HAProxy with docker/haproxy.cfg, one of its two servers down',
  program: { name: 'haproxy', package: 'haproxy', versionFlag: '-v' },
  configuration: ({ port, serverPort }: ProxyPorts) =>
    (
      [
        [`server first 127.0.0.1:${serverPort} port 2`, `server first 127.0.0.1:${serverPort} no-check`],
        [`server first 127.0.0.1:${serverPort} track servers/first`, `server first 127.0.0.1:${serverPort}`],
      ] as const
    ).reduce(replaceOnce, shippedHaproxy(port, [{ port: serverPort, adminPort: 2 }, closedPorts])),
  args: haproxyArguments,
};

/** The same with TLS. */
export const haproxyWithTls: ProxyRow = {
  ...haproxy,
  name: 'HAProxy with docker/haproxy.cfg and TLS',
  tls: true,
  onlyInLongForm: true,
  configuration: (ports: ProxyPorts) =>
    replaceOnce(haproxy.configuration(ports), [
      `bind 127.0.0.1:${ports.port}`,
      `bind 127.0.0.1:${ports.port} ssl crt ${ports.directory}/both.pem`,
    ]),
};

/** How to run HAProxy in the foreground. */
export function haproxyArguments(file: string): readonly string[] {
  return ['-db', '-f', file];
}

/** The shipped file, listening on the port, in front of two servers. */
export function shippedHaproxy(port: number, [first, second]: readonly [ServerPorts, ServerPorts]): string {
  return (
    [
      ['maxconn 65536', 'maxconn 256'],
      ['bind :80', `bind 127.0.0.1:${port}`],
      ['127.0.0.1:4000 port 4100', `127.0.0.1:${first.port} port ${first.adminPort}`],
      ['127.0.0.1:4001 port 4101', `127.0.0.1:${second.port} port ${second.adminPort}`],
      ['127.0.0.1:4000 track', `127.0.0.1:${first.port} track`],
      ['127.0.0.1:4001 track', `127.0.0.1:${second.port} track`],
    ] as const
  ).reduce(replaceOnce, readFileSync(shipped, 'utf8'));
}
