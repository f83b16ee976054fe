import type { ProxyPorts, ProxyRow } from './proxy.js';

const modules = ['mpm_event', 'authz_core', 'rewrite', 'proxy', 'proxy_http', 'proxy_wstunnel'];

/** The lines of an operator's virtual host that lead to the streaming server. */
interface Spelling {
  /** Shown in the title instead of the ProxyPass. */
  readonly name?: string;
  readonly proxyPass: (server: string) => string;
  /** Lines before it. */
  readonly before?: (server: string) => readonly string[];
  readonly pathIsLost?: boolean;
}

/** As published in operators' virtual hosts for Mastodon. */
const spellings: readonly Spelling[] = [
  { proxyPass: (server) => `/api/v1/streaming/ ws://${server}/`, pathIsLost: true },
  { proxyPass: (server) => `/api/v1/streaming ws://${server}/`, pathIsLost: true },
  { proxyPass: (server) => `/api/v1/streaming ws://${server}`, pathIsLost: true },
  { proxyPass: (server) => `/api/v1/streaming/ ws://${server}/api/v1/streaming/` },
  { proxyPass: (server) => `/api/v1/streaming ws://${server}/api/v1/streaming` },
  { proxyPass: (server) => `/api/v1/streaming http://${server}/api/v1/streaming upgrade=websocket` },
  {
    name: 'a RewriteRule for upgrades, ProxyPass for the rest',
    before: (server) => [
      'RewriteEngine on',
      'RewriteCond %{HTTP:Upgrade} =websocket [NC]',
      `RewriteRule ^/api/v1/streaming(.*)$ ws://${server}/api/v1/streaming$1 [P,L]`,
    ],
    proxyPass: (server) => `/api/v1/streaming http://${server}/api/v1/streaming`,
  },
];

/** Apache with each published `ProxyPass`, and with the last one behind TLS. */
export const apache: readonly ProxyRow[] = [
  ...spellings.map((spelling, index) => rowOf(spelling, { onlyInLongForm: index > 0 })),
  ...spellings.slice(-1).map((spelling) => rowOf(spelling, { onlyInLongForm: true, tls: true })),
];

interface RowOptions {
  readonly onlyInLongForm: boolean;
  readonly tls?: boolean;
}

function rowOf({ name, before, proxyPass, pathIsLost = false }: Spelling, { onlyInLongForm, tls = false }: RowOptions) {
  return {
    name: `Apache with ${name ?? `ProxyPass ${proxyPass('127.0.0.1:4000')}`}${tls ? ', and TLS' : ''}`,
    program: { name: 'apache2', package: 'apache2', versionFlag: '-v' },
    onlyInLongForm,
    pathIsLost,
    tls,
    configuration: ({ port, serverPort, directory }: ProxyPorts) =>
      [
        `ServerRoot ${directory}`,
        'ServerName streaming.example',
        `Listen 127.0.0.1:${port}`,
        `PidFile ${directory}/apache.pid`,
        `DefaultRuntimeDir ${directory}`,
        `Mutex file:${directory} default`,
        `ErrorLog ${directory}/error.log`,
        'LogLevel crit',
        'StartServers 1',
        ...[...modules, ...(tls ? ['ssl'] : [])].map(
          (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
        ),
        ...(tls
          ? ['SSLEngine on', `SSLCertificateFile ${directory}/cert.pem`, `SSLCertificateKeyFile ${directory}/key.pem`]
          : []),
        ...(before?.(`127.0.0.1:${serverPort}`) ?? []),
        `ProxyPass ${proxyPass(`127.0.0.1:${serverPort}`)}`,
        '',
      ].join('\n'),
    args: (file: string) => ['-D', 'FOREGROUND', '-f', file],
  };
}
