import type { RedisSettings } from './redis-settings.js';

/** The address of a Redis server, with user, password and database. */
export interface RedisAddress {
  readonly host?: string;
  readonly port?: number;
  /** A Unix socket. */
  readonly path?: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly db: number;
  readonly tls: boolean;
  /** 4 or 6, to use that IP version only. */
  readonly family?: number;
}

const defaultHost = '127.0.0.1';
const defaultPort = 6379;

/**
 * The server of the settings. A URL replaces all other settings, as with Mastodon: it does not take its missing parts from
 * user, password, database, host or port.
 *
 * @throws TypeError when the URL is malformed
 */
export function redisAddress(settings: RedisSettings): RedisAddress {
  const { url, username, password, db = 0, path, host = defaultHost, port = defaultPort, tls } = settings;
  if (url !== undefined) {
    return addressOfUrl(url, tls !== undefined);
  }
  const common = { username, password, db, tls: tls !== undefined };
  return path === undefined ? { ...common, host, port } : { ...common, path };
}

/** The address for log lines: host and port, or the path; without user, password and database. */
export function addressText({ path, host = defaultHost, port = defaultPort }: RedisAddress): string {
  return path ?? hostAndPort(host, port);
}

/** `host:port`, an IPv6 address in brackets. */
export function hostAndPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * Reads `redis://[user][:password]@host[:port][/db]`, `rediss://` for TLS, `unix:///path`, and a bare path. The query may
 * contain `db`, `username`, `password` and `family`, as ioredis documents. User and password are percent-encoded.
 */
function addressOfUrl(text: string, tls: boolean): RedisAddress {
  const isSocket = /^(?:unix:\/\/)?\//.test(text);
  const url = new URL(isSocket ? text.replace(/^(?:unix:\/\/)?/, 'unix://') : text);
  const query = url.searchParams;
  const db = isSocket ? '' : url.pathname.slice(1);
  const family = Number(query.get('family') ?? 0);
  return {
    username: nonEmpty(decodeURIComponent(url.username)) ?? nonEmpty(query.get('username')),
    password: nonEmpty(decodeURIComponent(url.password)) ?? nonEmpty(query.get('password')),
    db: Number(nonEmpty(db) ?? query.get('db') ?? 0),
    tls: tls || url.protocol === 'rediss:',
    ...(family !== 0 && { family }),
    ...(isSocket
      ? { path: decodeURIComponent(url.pathname) }
      : {
          host: nonEmpty(url.hostname.replace(/^\[|\]$/g, '')) ?? defaultHost,
          port: Number(nonEmpty(url.port) ?? defaultPort),
        }),
  };
}

function nonEmpty(text: string | null): string | undefined {
  return text === null || text === '' ? undefined : text;
}
