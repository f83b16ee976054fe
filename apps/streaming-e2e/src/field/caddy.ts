import type { ProxyPorts, ProxyRow } from './proxy.js';

/** Caddy's one directive, which needs no setting for WebSockets or event streams. */
export const caddy: ProxyRow = {
  name: 'Caddy with reverse_proxy',
  program: { name: 'caddy', package: 'caddy', versionFlag: 'version' },
  configuration: ({ port, serverPort }: ProxyPorts) =>
    [
      '{',
      '  admin off',
      '  auto_https off',
      '}',
      `http://127.0.0.1:${port} {`,
      `  reverse_proxy 127.0.0.1:${serverPort}`,
      '}',
      '',
    ].join('\n'),
  args: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
};
