import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { replaceOnce, type ProxyPorts, type ProxyRow } from './proxy.js';

const shipped = join(import.meta.dirname, '..', '..', '..', '..', 'docker', 'nginx.conf');

/** A port on which no server listens: the second server of the shipped file is down. */
const closedPort = 1;

/** The shipped `docker/nginx.conf`, with nothing changed but ports and the paths of files. */
export const nginx: ProxyRow = {
  name: 'nginx with docker/nginx.conf, one of its two servers down',
  program: { name: 'nginx', package: 'nginx-light', versionFlag: '-v' },
  configuration: ({ port, serverPort, directory }: ProxyPorts) =>
    shippedNginx(port, [serverPort, closedPort], directory),
  logFiles: ['access.log', 'error.log'],
  args: nginxArguments,
};

/** The same with TLS, as the shipped file describes it in comments. */
export const nginxWithTls: ProxyRow = {
  ...nginx,
  name: 'nginx with docker/nginx.conf and TLS',
  tls: true,
  onlyInLongForm: true,
  configuration: ({ port, serverPort, directory }: ProxyPorts) =>
    (
      [
        [`listen 127.0.0.1:${port};`, ''],
        ['# listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`],
        [
          '# ssl_certificate     /etc/letsencrypt/live/streaming.example/fullchain.pem;',
          `ssl_certificate ${directory}/cert.pem;`,
        ],
        [
          '# ssl_certificate_key /etc/letsencrypt/live/streaming.example/privkey.pem;',
          `ssl_certificate_key ${directory}/key.pem;`,
        ],
        ['# ssl_protocols', 'ssl_protocols'],
      ] as const
    ).reduce(replaceOnce, shippedNginx(port, [serverPort, closedPort], directory)),
};

/** How to run nginx in the foreground. */
export function nginxArguments(file: string): readonly string[] {
  return ['-e', 'stderr', '-g', 'daemon off;', '-c', file];
}

/** The shipped file, listening on the port, in front of servers on these two ports. */
export function shippedNginx(port: number, servers: readonly [number, number], directory: string): string {
  return (
    [
      ['worker_rlimit_nofile 65536;', ''],
      ['worker_connections 32768;', 'worker_connections 256;'],
      ['pid /run/nginx.pid;', `pid ${directory}/nginx.pid;`],
      ['listen 80;', `listen 127.0.0.1:${port};`],
      ['listen [::]:80;', ''],
      ['server 127.0.0.1:4000 ', `server 127.0.0.1:${servers[0]} `],
      ['server 127.0.0.1:4001 ', `server 127.0.0.1:${servers[1]} `],
      ['/var/log/nginx/streaming.log', `${directory}/access.log`],
      ['/var/log/nginx/streaming-error.log', `${directory}/error.log`],
      ['http {', `http {\n${temporaryPaths(directory)}`],
    ] as const
  ).reduce(replaceOnce, readFileSync(shipped, 'utf8'));
}

/** Debian's nginx keeps these below `/var/lib/nginx`, which is closed to other users. */
function temporaryPaths(directory: string): string {
  return ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${directory}/${name};\n`)
    .join('');
}
