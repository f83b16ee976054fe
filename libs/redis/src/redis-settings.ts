/** The address of a Sentinel. */
export interface SentinelAddress {
  /** A host name, or an IPv4 or IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** TLS options besides the system's certificates. All texts are PEM. */
export interface RedisTls {
  /** The certificate authority that has signed the server's certificate. */
  readonly ca?: string | undefined;
  /** The client's own certificate, where the server requires one. */
  readonly cert?: string | undefined;
  /** The private key of {@link cert}. */
  readonly key?: string | undefined;
  /** The name that the server's certificate must have, if it is not the host. */
  readonly serverName?: string | undefined;
}

/**
 * The settings of the connections to Redis. Of `url`, `sentinels`, `path` and `host` the first one that is set is used. The
 * values are trusted: callers MUST validate them.
 */
export interface RedisSettings {
  /**
   * `redis://[user][:password]@host[:port][/db]`, `rediss://` for TLS, or `unix:///path[?db=N]`. It replaces all other members
   * that name a server, user, password or database.
   */
  readonly url?: string | undefined;
  /** The Sentinels, which know the address of the master. */
  readonly sentinels?: readonly SentinelAddress[] | undefined;
  /** The Sentinels' name for the master. Default `mymaster`. */
  readonly sentinelMaster?: string | undefined;
  /** The user and password of the Sentinels themselves; `username` and `password` are those of the servers. */
  readonly sentinelUsername?: string | undefined;
  readonly sentinelPassword?: string | undefined;
  /** Set, possibly to an empty object, to connect to the Sentinels over TLS. */
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
  /** Set, possibly to an empty object, to connect to the server over TLS; `rediss://` implies it. */
  readonly tls?: RedisTls | undefined;
  /**
   * How long the platform continues to publish on a channel after its last subscriber has left, in seconds. A history needs
   * it, for clients that reconnect. Default 0.
   */
  readonly unusedPresenceSeconds?: number | undefined;
  /** The prefix `n:` of every channel and key, without its colon. */
  readonly namespace?: string | undefined;
  /** The first part of the connections' names in `CLIENT LIST`. Default `fedistream`. */
  readonly connectionName?: string | undefined;
}
