import { compile } from '@fastify/proxy-addr';
import { z } from 'zod';

/** How a variable's text becomes a value. Its issues complete the sentence "must be …". */
export type Form<T> = z.ZodType<T, string>;

/** A whole number within bounds, both included. */
export function integer(smallest: number, largest: number): Form<number> {
  const message = `a whole number from ${smallest} to ${largest}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error: message, abort: true })
    .transform(Number)
    .refine((value) => value >= smallest && value <= largest, message);
}

/** Any text. */
export const text: Form<string> = z.string();

/** `true` or `false`. */
export const flag: Form<boolean> = z.enum(['true', 'false']).transform((value) => value === 'true');

/**
 * As Rails reads a flag in YAML: `false`, `no` and `off` are false, every other text is true. Mastodon's streaming server
 * does not read these variables, so that no text of them may prevent the start.
 */
export const railsFlag: Form<boolean> = z.string().transform((value) => !/^(?:false|no|off)$/i.test(value));

/** One of these words. */
export function oneOf<const T extends string>(...words: readonly T[]): Form<T> {
  return z.enum(words);
}

/** A host name or address. Brackets around an IPv6 address, as in URLs, are removed. */
export const host: Form<string> = z.string().transform(withoutBrackets);

/** `host` or `host:port`, separated by commas; an IPv6 address stands in brackets. */
export const hosts: Form<readonly { readonly host: string; readonly port: number | undefined }[]> = z
  .string()
  .refine((list) => list.split(',').every((entry) => hostAndPort(entry) !== undefined), {
    error: 'host or host:port, separated by commas, with IPv6 addresses in brackets',
    abort: true,
  })
  .transform((list) => list.split(',').flatMap((entry) => hostAndPort(entry) ?? []));

/** `sun_path` has this many bytes (unix(7)); libuv would silently truncate a longer path. */
const longestSocketPath = 107;

/** The path of a unix socket. */
export const socketPath: Form<string> = z
  .string()
  .refine((value) => Buffer.byteLength(value) <= longestSocketPath, `a path of ${longestSocketPath} bytes at most`);

/** Names of npm packages, separated by commas. */
export const packages: Form<readonly string[]> = z
  .string()
  .transform((value) => value.split(/[\s,]+/).filter((name) => name !== ''))
  .refine(
    (names) => names.every((name) => /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*$/.test(name)),
    'names of npm packages, separated by commas',
  );

/** Proxies as proxy-addr reads them, which Fastify uses. White space separates as well as commas. */
export const proxies: Form<string> = z
  .string()
  .transform((value) => value.split(/[\s,]+/).join(','))
  .refine(
    isReadBy((value) => compile(value.split(','))),
    'loopback, linklocal, uniquelocal, addresses or networks (10.0.0.0/8), separated by commas',
  );

const encoded = 'with special characters in a password percent-encoded';
/** The hosts of a PostgreSQL URL: the first one, and the others, which `URL` cannot parse. */
const furtherHosts = /^(\w+:\/\/(?:[^/?#@]*@)?[^/?#,]*)((?:,[^/?#,]*)+)/;

/** A URL of one of these protocols that the adapters' libraries can parse. Several hosts, separated by commas, are kept. */
export function url(...protocols: readonly string[]): z.ZodString {
  return z
    .string()
    .refine((value) => protocols.includes(firstHost(value)?.protocol ?? ''), {
      error: `a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}, ${encoded}`,
      abort: true,
    })
    .refine(isReadBy(decodeURIComponent), { error: `a URL ${encoded}: % is written as %25`, abort: true });
}

/** A URL with the first of its hosts; `undefined` if it cannot be parsed. */
export function firstHost(value: string): URL | undefined {
  const single = value.replace(furtherHosts, '$1');
  return URL.canParse(single) ? new URL(single) : undefined;
}

function isReadBy(reader: (value: string) => unknown): (value: string) => boolean {
  return (value) => {
    try {
      reader(value);
      return true;
    } catch {
      return false;
    }
  };
}

function withoutBrackets(value: string): string {
  return value.replace(/^\[(.*)\]$/, '$1');
}

function hostAndPort(entry: string): { readonly host: string; readonly port: number | undefined } | undefined {
  const [, name = '', digits] = /^(\[[\da-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(entry.trim()) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  return name === '' || port === 0 || (port ?? 1) > 65_535 ? undefined : { host: withoutBrackets(name), port };
}
