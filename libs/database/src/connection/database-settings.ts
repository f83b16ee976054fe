/** How a connection to PostgreSQL is encrypted: libpq's names, and node-postgres' `no-verify`. */
export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full' | 'no-verify';

/** A PostgreSQL server. Members that are left out have node-postgres' defaults. */
export interface PostgresqlSettings {
  readonly kind: 'postgresql';
  /** libpq's connection URI, with `sslmode`, `sslrootcert` and other parameters. It replaces the members up to `sslMode`. */
  readonly url?: string | undefined;
  /** A host name, an IP address, or the directory of a Unix socket. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly name?: string | undefined;
  readonly sslMode?: SslMode | undefined;
  /** `false` turns prepared statements off, for a pooler that cannot be detected. By default poolers are detected. */
  readonly preparedStatements?: boolean | undefined;
  /** The maximum number of connections; 10 by default. */
  readonly poolSize?: number | undefined;
  /** The time limit for connecting, and for waiting for a free connection, in milliseconds; 5,000 by default. */
  readonly connectTimeoutMs?: number | undefined;
  /** The time limit of a statement, after which its connection is closed, in milliseconds; 5,000 by default. */
  readonly queryTimeoutMs?: number | undefined;
}

/** PostgreSQL inside this process, for a first start, demos and development. */
export interface EmbeddedSettings {
  readonly kind: 'embedded';
  /** The data directory; created if it does not exist. */
  readonly directory: string;
}

/** The database with Mastodon's tables. */
export type DatabaseSettings = PostgresqlSettings | EmbeddedSettings;
