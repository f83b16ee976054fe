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

/** The same with TLS. */
export const caddyWithTls: ProxyRow = {
  ...caddy,
  name: 'Caddy with reverse_proxy and TLS',
  tls: true,
  onlyInLongForm: true,
  configuration: (ports: ProxyPorts) =>
    caddy
      .configuration(ports)
      .replace('http://', 'https://')
      .replace('  reverse_proxy', `  tls ${ports.directory}/cert.pem ${ports.directory}/key.pem\n  reverse_proxy`),
};
