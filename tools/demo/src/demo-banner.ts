import { demoTokens, type DemoToken } from './demo-tokens.js';
import { demoAdmin, demoUser } from './people.js';
import { demoList } from './status-channels.js';

/** The values that the banner prints. */
export interface BannerOptions {
  /** The server's own address, as in `http://localhost:4000`. */
  readonly url: string;
  readonly tokens?: readonly DemoToken[];
}

/**
 * The lines printed after the start: the demo's tokens and accounts, and commands for a second terminal. The WebSocket commands
 * must run in the workspace's directory, where `ws` is installed, because Node 20 has no WebSocket client.
 */
export function demoBanner({ url, tokens = demoTokens }: BannerOptions): string[] {
  const base = `${url.replace(/\/+$/, '')}/api/v1/streaming`;
  const webSocketUrl = base.replace(/^http/, 'ws');
  const width = Math.max(...tokens.map(({ token }) => token.length));
  const curl = (path: string, token = 'demo-read') => `  curl -N -H 'Authorization: Bearer ${token}' '${base}/${path}'`;
  const node = (query: string, onOpen = '') =>
    `  node -e "new (require('ws'))('${webSocketUrl}?access_token=demo-read${query}')${onOpen}.on('message', m => console.log(String(m)))"`;
  const subscribe = ['user', 'direct']
    .map((stream) => `this.send(JSON.stringify({ type: 'subscribe', stream: '${stream}' }))`)
    .join('; ');
  return [
    'The demo publishes events. Access tokens:',
    ...tokens.map(
      ({ token, scopes, opens }) => `  ${token.padEnd(width)}  ${`(${scopes})`.padEnd(20)}  opens ${opens}`,
    ),
    `Account ids, to publish events yourself: ${[demoUser, demoAdmin].map(({ username, id }) => `${username} ${id}`).join(', ')}`,
    '',
    'Server-sent events, in a second terminal:',
    curl('public'),
    curl('public/remote?only_media=true'),
    curl('hashtag?tag=photo'),
    curl(`list?list=${demoList.id}`),
    curl('user'),
    curl('user/notification', 'demo-notifications'),
    curl('direct'),
    '',
    'WebSocket, one stream or several on one connection, in this directory:',
    node('&stream=public:local'),
    node('', `.on('open', function () { ${subscribe} })`),
  ];
}
