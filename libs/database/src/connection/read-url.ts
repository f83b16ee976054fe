import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { parse } from 'pg-connection-string';
import type { SslSettings } from './encryption.js';
import { isSessionAttributes, sessionAttributes, type SessionAttributes } from './session-attributes.js';

/** One of the servers that a URL names. */
export interface UrlServer {
  /** A host name, an IP address without brackets, or the directory of a Unix socket. */
  readonly host: string | undefined;
  readonly port: string | undefined;
}

/** The parts of a connection URI. */
export interface DatabaseUrl {
  readonly servers: readonly [UrlServer, ...UrlServer[]];
  /** Options of node-postgres, without host and port. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly ssl: SslSettings;
  readonly sessionAttributes: SessionAttributes;
}

/** Parameters that are read here, because pg-connection-string ignores them or reads them otherwise than libpq. */
const ownParameters = ['sslmode', 'uselibpqcompat', 'target_session_attrs', 'connect_timeout'] as const;
/** As pg-connection-string documents it: `socket://user:password@/directory?db=database`. */
const socketForm = /^socket:(?:\/\/([^/?#]*@)?)?(\/[^?#]*)(?:\?([^#]*))?$/i;
const urlForm = /^(postgres(?:ql)?:\/\/)((?:[^/?#]*@)?)([^/?#@]*)([^?#]*)(?:\?([^#]*))?$/i;

/**
 * Reads a connection URI as libpq documents it, with several hosts, and with the parameters that pg-connection-string adds.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 *
 * @throws Error when it is malformed; the message does not repeat the URL, which may contain a password
 */
export function readUrl(url: string): DatabaseUrl {
  const form = urlForm.exec(fromSocketUrl(url));
  if (form === null) {
    throw new Error('the URL must look like postgresql://user:password@host:port/database?parameter=value');
  }
  const [, scheme = '', credentials = '', authority = '', path = '', query = ''] = form;
  const searched = new URLSearchParams(query);
  const own = Object.fromEntries(ownParameters.map((name) => [name, searched.get(name)]));
  const systemRoots = searched.get('sslrootcert') === 'system';
  const hosts = authority.split(',');
  const { ssl, host, port, ...parsed } = parsedBy(
    `${scheme}${credentials}${hosts[0] ?? ''}${path}`,
    query,
    systemRoots,
  );
  const wanted = own['target_session_attrs'] ?? 'any';
  if (!isSessionAttributes(wanted)) {
    throw new Error(`target_session_attrs=${wanted} does not exist: it is one of ${sessionAttributes.join(', ')}`);
  }
  const tls = typeof ssl === 'object' && ssl !== null ? (ssl as TlsOptions) : {};
  // pg-connection-string leaves the text `false` as it is.
  const wish = systemRoots || (ssl !== 'false' && ssl);
  const timeoutSeconds = Number(own['connect_timeout'] ?? 0);
  return {
    servers:
      hosts.length > 1
        ? serversOf(hosts.map((each) => parsedBy(`${scheme}${each}${path}`, '', false)))
        : serversIn(textOf(host), textOf(port)),
    parameters: { ...parsed, ...(timeoutSeconds > 0 ? { connectionTimeoutMillis: timeoutSeconds * 1_000 } : {}) },
    ssl: {
      mode: own['sslmode'] ?? (wish ? 'verify-full' : ssl === undefined ? 'prefer' : 'disable'),
      tls,
      libpqCompatible: own['uselibpqcompat'] === 'true',
      systemRoots,
    },
    sessionAttributes: wanted,
  };
}

function fromSocketUrl(url: string): string {
  const [, credentials = '', directory, query = ''] = socketForm.exec(url) ?? [];
  if (directory === undefined) {
    return url;
  }
  const { db = '', ...others } = Object.fromEntries(new URLSearchParams(query));
  const parameters = new URLSearchParams({ ...others, host: directory });
  return `postgresql://${credentials}/${encodeURIComponent(db)}?${parameters.toString()}`;
}

function parsedBy(base: string, query: string, systemRoots: boolean): Readonly<Record<string, unknown>> {
  const names = new Set<string>([...ownParameters, ...(systemRoots ? ['sslrootcert'] : [])]);
  const kept = query
    .split('&')
    .filter((part) => part !== '' && !names.has(decodeURIComponent(part.split('=')[0] ?? '')));
  try {
    return { ...parse(kept.length > 0 ? `${base}?${kept.join('&')}` : base) };
  } catch (failure) {
    if (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT') {
      throw failure;
    }
    throw new Error('the URL cannot be parsed: are its user, password and database percent-encoded?', {
      cause: failure,
    });
  }
}

/** Servers in parameters: `host=a,b&port=5432,5433`, or one port for all. */
function serversIn(host: string, port: string): DatabaseUrl['servers'] {
  const ports = port.split(',');
  return serversOf(host.split(',').map((each, index) => ({ host: each, port: ports[index] ?? ports[0] })));
}

function serversOf(all: readonly Readonly<Record<string, unknown>>[]): DatabaseUrl['servers'] {
  const [first = { host: undefined, port: undefined }, ...others] = all.map(({ host, port }) => ({
    host: typeof host === 'string' && host !== '' ? host : undefined,
    port: typeof port === 'string' && port !== '' ? port : undefined,
  }));
  return [first, ...others];
}

/** The parser returns parts of a URL as strings or numbers, or omits them. */
function textOf(part: unknown): string {
  return typeof part === 'string' || typeof part === 'number' ? String(part) : '';
}
