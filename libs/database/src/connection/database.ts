import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { QueryFailedError, type DataSource, type EntityTarget, type ObjectLiteral, type Repository } from 'typeorm';
import { EmbeddedPostgresql } from '../embedded/embedded-postgresql.js';
import { readColumns, type Columns } from '../schema/columns.js';
import { connectionOptions, type ConnectionOptions } from './connection-options.js';
import type { PoolOptions } from './data-source-options.js';
import type { DatabaseSettings, PostgresqlSettings } from './database-settings.js';
import { DatabaseState } from './database-state.js';
import { LookupQueue, type Deadline } from './lookup-queue.js';
import { LazyPool } from './lazy-pool.js';
import { PooledSource } from './pooled-source.js';
import { PreparedStatements } from './prepared-statements.js';
import { sqlStateOf, type Query, type Statements } from './statements.js';

const defaultPoolSize = 10;
const defaultTimeoutMs = 5_000;
const idleTimeoutMs = 30_000;
/** How long the end of a pool may take beyond the time limit of its statements, in ms. */
const closeGraceMs = 1_000;
/** The maximum age of a connection, so that a plan for small tables is not used for long after the tables have grown. */
const maxLifetimeSeconds = 1_800;
/** Connections that look-ups for events leave to connecting clients, if the pool is large enough. */
const reservedConnections = 2;
/** The most look-ups that may wait for a connection: about the number of events that are decided at a time. */
const maxWaitingLookups = 1_000;

/** SQLSTATEs of a column or a table that does not exist. */
const otherSchema = ['42703', '42P01'];

interface Server {
  readonly poolSize: number;
  readonly queryTimeoutMs?: number;
  readonly connection: ConnectionOptions;
  readonly pool: Omit<PoolOptions, 'onIdleError' | 'poolSize'>;
  readonly mayPrepare: boolean;
  readonly stop: () => Promise<void>;
}

/**
 * The connection to the tables: one pool, shared by TypeORM's repositories and the hot statements. It connects on first use,
 * and reconnects after a loss. While the database is unreachable, every statement rejects within the connection's timeout.
 */
export class Database implements Statements, OnApplicationBootstrap, OnApplicationShutdown {
  /** Statements sent so far. */
  statements = 0;

  readonly #state = new DatabaseState();
  readonly #lookups: LookupQueue;
  readonly #prepared: PreparedStatements;
  readonly #pool: LazyPool;
  readonly #stop: () => Promise<void>;
  #columns: Promise<Columns> | undefined;
  #ended: Promise<void> | undefined;

  private constructor(
    private readonly pooled: PooledSource,
    { poolSize, queryTimeoutMs = defaultTimeoutMs, connection, pool, mayPrepare, stop }: Server,
  ) {
    this.#stop = stop;
    this.#lookups = new LookupQueue({
      concurrency: Math.max(1, poolSize - reservedConnections),
      maxWaiting: maxWaitingLookups,
      timeoutMs: queryTimeoutMs,
    });
    this.#prepared = new PreparedStatements(mayPrepare);
    const onIdleError = (error: Error) => {
      this.#state.report(error);
    };
    this.#pool = new LazyPool(pooled, {
      connection,
      options: { ...pool, poolSize, onIdleError },
      closeTimeoutMs: queryTimeoutMs + closeGraceMs,
      opened: ({ direct }) => {
        if (!direct) {
          this.#prepared.forbid();
        }
      },
    });
  }

  /**
   * Does not connect to a PostgreSQL server yet. Starts the embedded one and migrates its tables, which takes some seconds the
   * first time.
   *
   * @throws Error when the settings are invalid, or another process uses the embedded database's directory
   */
  static async open(settings: DatabaseSettings): Promise<Database> {
    return settings.kind === 'postgresql' ? Database.#ofServer(settings) : Database.#embedded(settings.directory);
  }

  static #ofServer(settings: PostgresqlSettings): Database {
    const connection = connectionOptions(settings);
    const { poolSize = defaultPoolSize, preparedStatements: mayPrepare = true } = settings;
    const { queryTimeoutMs = defaultTimeoutMs, connectTimeoutMs = defaultTimeoutMs } = settings;
    const pool = {
      connectionTimeoutMillis: connectTimeoutMs,
      // A timeout of node-postgres, because PostgreSQL's `statement_timeout` would be session state.
      query_timeout: queryTimeoutMs,
      idleTimeoutMillis: idleTimeoutMs,
      maxLifetimeSeconds,
    };
    const stop = () => Promise.resolve();
    return new Database(new PooledSource(), { poolSize, queryTimeoutMs, connection, pool, mayPrepare, stop });
  }

  static async #embedded(directory: string): Promise<Database> {
    const { parameters, stop } = await EmbeddedPostgresql.start(directory);
    try {
      // The embedded server has one session, which a second connection would share.
      const poolSize = 1;
      // A new connection has the same session, in which the prepared statements exist already.
      const database = new Database(new PooledSource(), {
        poolSize,
        connection: { attempts: [{ parameters, encryption: false }], sessionAttributes: 'any' },
        pool: { idleTimeoutMillis: 0 },
        mayPrepare: false,
        stop,
      });
      await database.#pool.open();
      await database.source.runMigrations({ transaction: 'all' });
      return database;
    } catch (failure) {
      await stop();
      throw failure;
    }
  }

  /** TypeORM's data source; initialised by the first statement. */
  get source(): DataSource {
    return this.pooled.source;
  }

  /** Whether the database answers, see {@link DatabaseState.up}; false before the first statement. */
  get up(): boolean {
    return this.#state.up;
  }

  /** The pool's counters: all connections, idle ones, and waiting statements and look-ups; 0 before the pool exists. */
  get pool(): { readonly total: number; readonly idle: number; readonly waiting: number } {
    const { totalCount = 0, idleCount = 0, waitingCount = 0 } = this.#pool.current ?? {};
    return { total: totalCount, idle: idleCount, waiting: waitingCount + this.#lookups.waiting };
  }

  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#send({ text, values: [...values] })) as Row[];
  }

  async queryArrays<Row extends readonly unknown[]>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return (await this.#send({ text, values: [...values], rowMode: 'array' })) as unknown as Row[];
  }

  /**
   * Sends one statement through a repository of TypeORM, for look-ups that are not hot.
   *
   * @param work MUST send one statement
   * @throws Error as {@link query}
   */
  async find<Entity extends ObjectLiteral, T>(
    entity: EntityTarget<Entity>,
    work: (repository: Repository<Entity>) => Promise<T>,
  ): Promise<T> {
    let table = '';
    try {
      await this.#pool.open();
      const repository = this.source.getRepository(entity);
      table = repository.metadata.tableName;
      this.statements++;
      const found = await work(repository);
      this.#state.succeeded(table);
      return found;
    } catch (error) {
      const failure: unknown = error instanceof QueryFailedError ? error.driverError : error;
      this.#state.failed(failure, table);
      this.#pool.leaveLostServer(failure);
      throw failure;
    }
  }

  /**
   * Runs a look-up for an event in its turn. Fewer look-ups run at a time than there are connections, so a connecting client
   * always finds one. (With the embedded database's one connection, they run one after the other.)
   *
   * @param work MUST send its statements through its parameter, so that they end with the look-up's deadline
   * @param startMs the time from which the deadline counts, by `performance.now()`; now by default
   * @throws StoreUnavailable as {@link LookupQueue.run}; and what `work` throws
   */
  lookup<T>(work: (statements: Statements) => Promise<T>, startMs?: number): Promise<T> {
    return this.#lookups.run((deadline) => work(this.#within(deadline)), startMs);
  }

  /** The optional columns that exist. Looked up once, and again after a failed statement. */
  columns(): Promise<Columns> {
    this.#columns ??= readColumns(this).catch((failure: unknown) => {
      this.#columns = undefined;
      throw failure;
    });
    return this.#columns;
  }

  /** Called by Nest: sends one statement, so that a wrong address or missing tables are logged at the start. */
  onApplicationBootstrap(): void {
    this.query('SELECT FROM oauth_access_tokens LIMIT 0').catch(() => undefined);
  }

  /** Called by Nest: waits for running statements, rejects new ones, and stops the embedded server. */
  onApplicationShutdown(): Promise<void> {
    this.#ended ??= this.#pool.close().then(() => this.#stop());
    return this.#ended;
  }

  #within(deadline: Deadline): Statements {
    const send = async <Row>(query: Query) =>
      (await this.#send({ ...query, query_timeout: deadline.leftMs() })) as unknown as Row[];
    return {
      query: (text, values = []) => send({ text, values: [...values] }),
      queryArrays: (text, values) => send({ text, values: [...values], rowMode: 'array' }),
      columns: () => this.columns(),
    };
  }

  async #send(query: Query, isRetry = false): Promise<object[]> {
    let name: string | undefined;
    try {
      const pool = this.#pool.current ?? (await this.#pool.open());
      name = isRetry ? undefined : this.#prepared.nameOf(query.text);
      this.statements++;
      const { rows } = await pool.query<object>(name === undefined ? query : { ...query, name });
      this.#state.succeeded(query.text);
      return rows;
    } catch (failure) {
      if (this.#prepared.hasLostItsPlan(failure) && name !== undefined) {
        return await this.#send(query, true);
      }
      if (otherSchema.includes(sqlStateOf(failure))) {
        this.#columns = undefined;
      }
      this.#state.failed(failure, query.text);
      this.#pool.leaveLostServer(failure);
      throw failure;
    }
  }
}
