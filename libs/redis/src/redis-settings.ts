/** Where a Sentinel listens. */
export interface SentinelAddress {
  /** A name, or an IPv4 or IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** What a `rediss://` connection needs besides the system's own certificates. All texts are PEM. */
export interface RedisTls {
  /** The certificate authority that has signed the server's certificate. */
  readonly ca?: string | undefined;
  /** The client's own certificate, where the server requires one. */
  readonly cert?: string | undefined;
  /** The private key of {@link cert}. */
  readonly key?: string | undefined;
  /** The name that the server's certificate must have, if it is not the host that is connected to. */
  readonly serverName?: string | undefined;
}

/**
 * How Redis is reached. Of `url`, `sentinels`, `path` and `host` the first one that is given decides. The values are
 * trusted: the caller MUST have validated them.
 */
export interface RedisSettings {
  /**
   * `redis://[user][:password]@host[:port][/db]`, `rediss://` for TLS, or `unix:///path[?db=N]`. It decides alone: user,
   * password and database below do not fill what it leaves out.
   */
  readonly url?: string | undefined;
  /** The Sentinels, which know which server is the master. */
  readonly sentinels?: readonly SentinelAddress[] | undefined;
  /** The Sentinels' name for the master. Default `mymaster`. */
  readonly sentinelMaster?: string | undefined;
  /** The user and password of the Sentinels themselves; `username` and `password` are those of the servers. */
  readonly sentinelUsername?: string | undefined;
  readonly sentinelPassword?: string | undefined;
  /** Given when the Sentinels are connected to over TLS. */
  readonly sentinelTls?: RedisTls | undefined;
  /** The path of a Unix socket. */
  readonly path?: string | undefined;
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default 6379. */
  readonly port?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** The database of the presence keys; publish and subscribe have no databases. Default 0. */
  readonly db?: number | undefined;
  /** Given, empty if need be, when the server is connected to over TLS; `rediss://` implies it. */
  readonly tls?: RedisTls | undefined;
  /**
   * How long the platform goes on publishing on a channel after its last subscriber has left, in seconds. A history needs
   * it, for clients that come back. Default 0.
   */
  readonly unusedPresenceSeconds?: number | undefined;
  /** The prefix `n:` of every channel and key, without its colon. */
  readonly namespace?: string | undefined;
  /** The first part of the connections' names in `CLIENT LIST`. Default `fedistream`. */
  readonly connectionName?: string | undefined;
}
