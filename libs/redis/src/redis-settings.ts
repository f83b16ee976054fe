/** Where a Sentinel listens. */
export interface SentinelAddress {
  readonly host: string;
  readonly port: number;
}

/** What a `rediss://` connection needs besides the system's own certificates. All texts are PEM. */
export interface RedisTls {
  /** The authority that has signed the server's certificate. */
  readonly ca?: string | undefined;
  /** The client's own certificate, where the server asks for one. */
  readonly cert?: string | undefined;
  /** The key of {@link cert}. */
  readonly key?: string | undefined;
  /** The name the server's certificate must bear, where that is not the host that is connected to. */
  readonly serverName?: string | undefined;
}

/**
 * How Redis is reached. Of `url`, `sentinels`, `path` and `host` the first one that is given counts. The lib takes them
 * as they are: whoever reads them from the environment has checked them.
 */
export interface RedisSettings {
  /** `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS. What it says wins over the fields below. */
  readonly url?: string | undefined;
  /** The Sentinels that know which server is the master now. */
  readonly sentinels?: readonly SentinelAddress[] | undefined;
  /** The Sentinels' name for the master. Default `mymaster`. */
  readonly sentinelMaster?: string | undefined;
  /** For the Sentinels themselves; `username` and `password` are for the servers. */
  readonly sentinelUsername?: string | undefined;
  readonly sentinelPassword?: string | undefined;
  /** The Sentinels, too, are spoken to over TLS. */
  readonly sentinelTls?: RedisTls | undefined;
  /** A Unix socket. */
  readonly path?: string | undefined;
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default 6379. */
  readonly port?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** The database of the presence keys; publishing and subscribing know no databases. Default 0. */
  readonly db?: number | undefined;
  /** Given (an empty object will do) when the server is spoken to over TLS; `rediss://` implies it. */
  readonly tls?: RedisTls | undefined;
  /** `n` puts `n:` before every channel and key. */
  readonly namespace?: string | undefined;
  /** How the connections are called in Redis' `CLIENT LIST`. Default `fedistream`. */
  readonly connectionName?: string | undefined;
}
