import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Pool, QueryConfig } from 'pg';
import { DataSource } from 'typeorm';
import { readColumns, type Columns } from '../schema/columns.js';
import { connectionOptions, type Encryption } from './connection-options.js';
import { dataSourceOptions } from './data-source-options.js';
import type { DatabaseSettings, PostgresqlSettings } from './database-settings.js';
import { DatabaseState } from './database-state.js';
import { EmbeddedPostgresql } from '../embedded/embedded-postgresql.js';
import { openPool } from './open-pool.js';
import { StatementNames } from './statement-names.js';

const defaultPoolSize = 10;
const defaultTimeoutMs = 5_000;
const idleTimeoutMs = 30_000;
/** A plan that was made for small tables does not outlive them for long. */
const maxLifetimeSeconds = 1_800;
/** Connections that lookups for events leave to everybody else, where the pool is large enough. */
const keptForOthers = 2;

/** SQLSTATEs of a column or a table that does not exist. */
const otherSchema = ['42703', '42P01'];
/** SQLSTATEs of a prepared statement that does not exist, or exists already: somebody shares the session. */
const sharedSession = ['26000', '42P05'];

interface Server {
  readonly poolSize: number;
  readonly queryTimeoutMs?: number;
  readonly encryptions: readonly Encryption[];
  readonly mayPrepare: boolean;
  readonly stop: () => Promise<void>;
}

/**
 * The way to the tables: one pool of connections, TypeORM's, which connects when it is first asked and again by itself
 * after it was lost. While there is no database, every query is refused within the connection's timeout.
 */
export class Database implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Statements sent so far. */
  statements = 0;

  readonly #state = new DatabaseState();
  readonly #encryptions: readonly Encryption[];
  readonly #lookups: LimitFunction;
  readonly #statementNames = new StatementNames();
  readonly #stop: () => Promise<void>;
  readonly #queryTimeoutMs: number;
  #mayPrepare: boolean;
  #opening: Promise<Pool> | undefined;
  #pool: Pool | undefined;
  #columns: Promise<Columns> | undefined;
  #closed = false;

  private constructor(
    readonly source: DataSource,
    { poolSize, queryTimeoutMs = defaultTimeoutMs, encryptions, mayPrepare, stop }: Server,
  ) {
    this.#encryptions = encryptions;
    this.#lookups = pLimit(Math.max(1, poolSize - keptForOthers));
    this.#queryTimeoutMs = queryTimeoutMs;
    this.#mayPrepare = mayPrepare;
    this.#stop = stop;
  }

  /**
   * A PostgreSQL server is not contacted yet. The embedded one is started and its tables are brought up to date, which
   * takes some seconds the first time.
   *
   * @throws Error when the settings cannot be read, or the embedded database's directory is in use
   */
  static async open(settings: DatabaseSettings): Promise<Database> {
    return settings.kind === 'postgresql' ? Database.#ofServer(settings) : Database.#embedded(settings.directory);
  }

  static #ofServer(settings: PostgresqlSettings): Database {
    const { parameters, encryptions } = connectionOptions(settings);
    const { poolSize = defaultPoolSize, preparedStatements: mayPrepare = true } = settings;
    const { queryTimeoutMs = defaultTimeoutMs } = settings;
    const source: DataSource = new DataSource(
      dataSourceOptions(parameters, {
        poolSize,
        connectionTimeoutMillis: settings.connectTimeoutMs ?? defaultTimeoutMs,
        // On our side, because a timeout of the server's would be state of the session.
        query_timeout: queryTimeoutMs,
        idleTimeoutMillis: idleTimeoutMs,
        maxLifetimeSeconds,
        onIdleError: (error) => {
          database.#state.complain(error);
        },
      }),
    );
    const stop = () => Promise.resolve();
    const database = new Database(source, { poolSize, queryTimeoutMs, encryptions, mayPrepare, stop });
    return database;
  }

  static async #embedded(directory: string): Promise<Database> {
    const server = await EmbeddedPostgresql.start(directory);
    try {
      // The embedded server is one process with one session: a second connection would only share it.
      const source = new DataSource(dataSourceOptions(server.parameters, { poolSize: 1, idleTimeoutMillis: 0 }));
      const stop = () => server.stop();
      // All its connections are one session, in which a name would be there already.
      const database = new Database(source, { poolSize: 1, encryptions: [false], mayPrepare: false, stop });
      await database.#connect();
      await source.runMigrations({ transaction: 'all' });
      return database;
    } catch (failure) {
      await server.stop();
      throw failure;
    }
  }

  /** Whether the last attempt to ask was answered; false before the first one. */
  get up(): boolean {
    return this.#state.up;
  }

  /** Connections in all, those not in use, and what waits: the pool's own counters, 0 before it exists. */
  get pool(): { readonly total: number; readonly idle: number; readonly waiting: number } {
    const { totalCount = 0, idleCount = 0, waitingCount = 0 } = this.#pool ?? {};
    return { total: totalCount, idle: idleCount, waiting: waitingCount + this.#lookups.pendingCount };
  }

  /**
   * Asks the database.
   *
   * @returns the rows as objects
   * @throws Error when it cannot be asked, does not answer in time or refuses; the connection is given up then
   */
  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#send({ text, values: [...values] })) as Row[];
  }

  /** Like {@link query}, with rows as arrays of their columns, which is cheaper. */
  async queryArrays<Row extends readonly unknown[]>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const rowsAsArrays = { text, values: [...values], rowMode: 'array' as const };
    return (await this.#send(rowsAsArrays)) as unknown as Row[];
  }

  /**
   * Runs a lookup for an event when it is its turn. There are fewer turns than connections: whoever logs in always finds
   * one, however many lookups wait. (With the embedded database's one connection, they take turns.)
   *
   * @throws Error when its turn comes later than an answer would be waited for: whoever asked has given up by then and
   *   asked again, and a database that has come back after an outage must not be asked for all that nobody wants any more
   */
  lookup<T>(work: () => Promise<T>): Promise<T> {
    const lastCallMs = performance.now() + this.#queryTimeoutMs;
    return this.#lookups(() => {
      if (performance.now() > lastCallMs) {
        throw new Error('too long a wait for a turn to look something up');
      }
      return work();
    });
  }

  /** Which optional columns there are. Asked once, and again after a failure. */
  columns(): Promise<Columns> {
    this.#columns ??= readColumns(this).catch((failure: unknown) => {
      this.#columns = undefined;
      throw failure;
    });
    return this.#columns;
  }

  /** Called by Nest: one attempt, so that a wrong address or missing tables are in the log before the first client comes. */
  onApplicationBootstrap(): void {
    this.query('SELECT FROM oauth_access_tokens LIMIT 0').catch(() => undefined);
  }

  /** Called by Nest: queries that run are awaited, new ones refused, the embedded server is stopped. */
  async onApplicationShutdown(): Promise<void> {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    await this.#opening?.catch(() => undefined);
    if (this.source.isInitialized) {
      await this.source.destroy();
    }
    this.#pool = undefined;
    await this.#stop();
  }

  async #send(query: QueryConfig<unknown[]> & { rowMode?: 'array' }): Promise<object[]> {
    try {
      const pool = this.#pool ?? (await this.#connect());
      this.statements++;
      const name = this.#mayPrepare ? this.#statementNames.of(query.text) : undefined;
      // The pool's own query ends the connection with a query that failed. TypeORM's would put it back with a statement
      // on it that may hang for ever.
      const { rows } = await pool.query<object>(name === undefined ? query : { ...query, name });
      this.#state.succeeded();
      return rows;
    } catch (failure) {
      const state = failure instanceof Error && 'code' in failure ? String(failure.code) : '';
      if (otherSchema.includes(state)) {
        this.#columns = undefined;
      }
      if (sharedSession.includes(state)) {
        this.#mayPrepare = false;
      }
      this.#state.failed(failure);
      throw failure;
    }
  }

  #connect(): Promise<Pool> {
    if (this.#closed) {
      return Promise.reject(new Error('the database has been closed'));
    }
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<Pool> {
    const { pool, direct } = await openPool(this.source, this.#encryptions);
    this.#mayPrepare &&= direct;
    return (this.#pool = pool);
  }
}
