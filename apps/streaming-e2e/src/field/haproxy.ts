import type { ProxyPorts, ProxyRow } from './proxy.js';

/** HAProxy with a tunnel timeout, which counts for WebSockets once they are open. */
export const haproxy: ProxyRow = {
  name: 'HAProxy in HTTP mode',
  program: { name: 'haproxy', package: 'haproxy', versionFlag: '-v' },
  configuration: ({ port, serverPort }: ProxyPorts) =>
    [
      'defaults',
      '  mode http',
      '  timeout connect 3s',
      '  timeout client 120s',
      '  timeout server 120s',
      '  timeout tunnel 1h',
      // Without it, HAProxy holds each event back for 0.2 to 0.4 s, to send it with the next one.
      '  option http-no-delay',
      'frontend streaming',
      `  bind 127.0.0.1:${port}`,
      '  default_backend servers',
      'backend servers',
      '  balance leastconn',
      '  option httpchk GET /api/v1/streaming/health',
      `  server first 127.0.0.1:${serverPort} check`,
      '',
    ].join('\n'),
  args: (file) => ['-db', '-f', file],
};
