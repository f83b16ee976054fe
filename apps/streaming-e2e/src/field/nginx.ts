import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ProxyPorts, ProxyRow } from './proxy.js';

const shipped = join(import.meta.dirname, '..', '..', '..', '..', 'docker', 'nginx.conf');

/** A port on which no server listens: the second server of the shipped file is down. */
const closedPort = 1;

/** The shipped `docker/nginx.conf`, with nothing changed but ports and the paths of files. */
export const nginx: ProxyRow = {
  name: 'nginx with docker/nginx.conf, one of its two servers down',
  program: { name: 'nginx', package: 'nginx-light', versionFlag: '-v' },
  configuration: ({ port, serverPort, directory }: ProxyPorts) =>
    [
      ['worker_rlimit_nofile 65536;', ''],
      ['worker_connections 32768;', 'worker_connections 256;'],
      ['pid /run/nginx.pid;', `pid ${directory}/nginx.pid;`],
      ['listen 80;', `listen 127.0.0.1:${port};`],
      ['listen [::]:80;', ''],
      ['server 127.0.0.1:4000 ', `server 127.0.0.1:${serverPort} `],
      ['server 127.0.0.1:4001 ', `server 127.0.0.1:${closedPort} `],
      ['/var/log/nginx/streaming.log', `${directory}/access.log`],
      ['/var/log/nginx/streaming-error.log', `${directory}/error.log`],
      ['http {', `http {\n${temporaryPaths(directory)}`],
    ].reduce(replaceOnce, readFileSync(shipped, 'utf8')),
  logFiles: ['access.log', 'error.log'],
  args: (file) => ['-e', 'stderr', '-g', 'daemon off;', '-c', file],
};

/** Debian's nginx keeps these below `/var/lib/nginx`, which is closed to other users. */
function temporaryPaths(directory: string): string {
  return ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${directory}/${name};\n`)
    .join('');
}

/** @throws Error when the shipped file has changed so that the text is not there */
function replaceOnce(text: string, [from = '', to = '']: readonly string[]): string {
  if (!text.includes(from)) {
    throw new Error(`docker/nginx.conf has no "${from}" any more: adapt this test.`);
  }
  return text.replace(from, () => to);
}
