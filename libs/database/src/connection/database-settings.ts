/** How a connection to PostgreSQL is encrypted: libpq's names, and node-postgres' `no-verify`. */
export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full' | 'no-verify';

/** A PostgreSQL server. What is not given is what node-postgres takes by default. */
export interface PostgresqlSettings {
  readonly kind: 'postgresql';
  /** With `sslmode`, `sslrootcert` and so on as parameters. What it says goes before the members below. */
  readonly url?: string | undefined;
  /** A name, an address, or the directory of a unix socket. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly name?: string | undefined;
  readonly sslMode?: SslMode | undefined;
  /** `false` for a pooler in between that passes for the server itself; else it is found out. */
  readonly preparedStatements?: boolean | undefined;
  /** The most connections at a time; 10 unless given. */
  readonly poolSize?: number | undefined;
  /** After how long a connection attempt, or the wait for a free connection, fails, in milliseconds; 5,000 unless given. */
  readonly connectTimeoutMs?: number | undefined;
  /** After how long a statement fails and its connection is given up, in milliseconds; 5,000 unless given. */
  readonly queryTimeoutMs?: number | undefined;
}

/** PostgreSQL inside this process, for a first start, demos and development. */
export interface EmbeddedSettings {
  readonly kind: 'embedded';
  /** Where it keeps its data; made when it does not exist. */
  readonly directory: string;
}

/** Where the platform's tables are. */
export type DatabaseSettings = PostgresqlSettings | EmbeddedSettings;
