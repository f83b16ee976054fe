import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { DatabaseError, type Pool, type QueryConfig } from 'pg';
import { QueryFailedError, type DataSource, type EntityTarget, type ObjectLiteral, type Repository } from 'typeorm';
import { EmbeddedPostgresql } from '../embedded/embedded-postgresql.js';
import { readColumns, type Columns } from '../schema/columns.js';
import { connectionOptions, type ConnectionOptions } from './connection-options.js';
import type { PoolOptions } from './data-source-options.js';
import type { DatabaseSettings, PostgresqlSettings } from './database-settings.js';
import { DatabaseState } from './database-state.js';
import { LookupQueue, type Deadline } from './lookup-queue.js';
import { openPool } from './open-pool.js';
import { PooledSource } from './pooled-source.js';
import { StatementNames } from './statement-names.js';

const defaultPoolSize = 10;
const defaultTimeoutMs = 5_000;
const idleTimeoutMs = 30_000;
/** How much longer than its statements a pool may take to end. */
const closeGraceMs = 1_000;
/** A plan that was made for small tables does not outlive them for long. */
const maxLifetimeSeconds = 1_800;
/** Connections that look-ups for events leave to clients that connect, where the pool is large enough. */
const reservedConnections = 2;
/** Look-ups that wait for a connection; there are about as many as events that are decided at a time. */
const maxWaitingLookups = 1_000;

/** SQLSTATEs of a column or a table that does not exist. */
const otherSchema = ['42703', '42P01'];
/** SQLSTATEs of a prepared statement that does not exist, or exists already: another client shares the session. */
const sharedSession = ['26000', '42P05'];
/** SQLSTATE of "cached plan must not change result type", among others. */
const featureNotSupported = '0A000';

/** A statement of node-postgres. */
type Query = QueryConfig<unknown[]> & { rowMode?: 'array'; query_timeout?: number };

interface Server {
  readonly poolSize: number;
  readonly queryTimeoutMs?: number;
  readonly connection: ConnectionOptions;
  readonly pool: Omit<PoolOptions, 'onIdleError' | 'poolSize'>;
  readonly mayPrepare: boolean;
  readonly stop: () => Promise<void>;
}

/** Sends statements; within a look-up, its deadline ends them. */
export interface Statements {
  /**
   * @returns the rows as objects
   * @throws Error when the database cannot be asked, does not answer in time or refuses; the connection is given up then
   */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;

  /** Like {@link query}, with rows as arrays of their columns, which is cheaper. */
  queryArrays<Row extends readonly unknown[]>(text: string, values: readonly unknown[]): Promise<Row[]>;

  /** Which optional columns there are. Asked once, and again after a failure. */
  columns(): Promise<Columns>;
}

/**
 * The connection to the tables: one pool, shared by TypeORM's repositories and by the hot statements. It connects on first
 * use and again after it was lost. While there is no database, every statement is rejected within the connection's timeout.
 */
export class Database implements Statements, OnApplicationBootstrap, OnApplicationShutdown {
  /** Statements sent so far. */
  statements = 0;

  readonly #state = new DatabaseState();
  readonly #server: Server;
  readonly #lookups: LookupQueue;
  readonly #statementNames = new StatementNames();
  #mayPrepare: boolean;
  #opening: Promise<Pool> | undefined;
  #pool: Pool | undefined;
  #columns: Promise<Columns> | undefined;
  #closed = false;

  private constructor(
    private readonly pooled: PooledSource,
    server: Server,
  ) {
    const { poolSize, queryTimeoutMs = defaultTimeoutMs, mayPrepare } = server;
    this.#server = server;
    this.#lookups = new LookupQueue({
      concurrency: Math.max(1, poolSize - reservedConnections),
      maxWaiting: maxWaitingLookups,
      timeoutMs: queryTimeoutMs,
    });
    this.#mayPrepare = mayPrepare;
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
    const connection = connectionOptions(settings);
    const { poolSize = defaultPoolSize, preparedStatements: mayPrepare = true } = settings;
    const { queryTimeoutMs = defaultTimeoutMs, connectTimeoutMs = defaultTimeoutMs } = settings;
    const pool = {
      connectionTimeoutMillis: connectTimeoutMs,
      // On our side, because a timeout of the server's would be state of the session.
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
      // The embedded server is one process with one session: a second connection would only share it.
      const poolSize = 1;
      // All its connections are one session, in which a name would exist already.
      const database = new Database(new PooledSource(), {
        poolSize,
        connection: { attempts: [{ parameters, encryption: false }], sessionAttributes: 'any' },
        pool: { idleTimeoutMillis: 0 },
        mayPrepare: false,
        stop,
      });
      await database.#connect();
      await database.source.runMigrations({ transaction: 'all' });
      return database;
    } catch (failure) {
      await stop();
      throw failure;
    }
  }

  /** TypeORM's data source; initialised once the database was asked. */
  get source(): DataSource {
    return this.pooled.source;
  }

  /** Whether the last attempt to ask was answered; false before the first one. */
  get up(): boolean {
    return this.#state.up;
  }

  /** Connections in all, those not in use, and what waits: the pool's own counters, 0 before it exists. */
  get pool(): { readonly total: number; readonly idle: number; readonly waiting: number } {
    const { totalCount = 0, idleCount = 0, waitingCount = 0 } = this.#pool ?? {};
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
      await (this.#pool ?? this.#connect());
      const repository = this.source.getRepository(entity);
      table = repository.metadata.tableName;
      this.statements++;
      const found = await work(repository);
      this.#state.succeeded(table);
      return found;
    } catch (error) {
      const failure: unknown = error instanceof QueryFailedError ? error.driverError : error;
      this.#state.failed(failure, table);
      this.#leaveLostServer(failure);
      throw failure;
    }
  }

  /**
   * Runs a look-up for an event when its turn comes. There are fewer turns than connections: clients that connect always
   * find one, however many look-ups wait. (With the embedded database's one connection, they take turns.)
   *
   * @param work MUST send its statements through its parameter, so that they end with the look-up's deadline
   * @param askedMs when the caller asked, by `performance.now()`
   * @throws StoreUnavailable as {@link LookupQueue.run}; and what `work` throws
   */
  lookup<T>(work: (statements: Statements) => Promise<T>, askedMs?: number): Promise<T> {
    return this.#lookups.run((deadline) => work(this.#within(deadline)), askedMs);
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

  /** Called by Nest: statements under way are awaited, new ones rejected, the embedded server is stopped. */
  async onApplicationShutdown(): Promise<void> {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    await this.#opening?.catch(() => undefined);
    await this.#disconnect();
    await this.#server.stop();
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
      const pool = this.#pool ?? (await this.#connect());
      name = this.#mayPrepare && !isRetry ? this.#statementNames.of(query.text) : undefined;
      this.statements++;
      const { rows } = await pool.query<object>(name === undefined ? query : { ...query, name });
      this.#state.succeeded(query.text);
      return rows;
    } catch (failure) {
      if (this.#hasLostItsPlan(failure) && name !== undefined) {
        return await this.#send(query, true);
      }
      if (otherSchema.includes(codeOf(failure))) {
        this.#columns = undefined;
      }
      this.#state.failed(failure, query.text);
      this.#leaveLostServer(failure);
      throw failure;
    }
  }

  /** Whether a prepared statement no longer fits: sent without a name, the same text does. */
  #hasLostItsPlan(failure: unknown): boolean {
    const code = codeOf(failure);
    if (sharedSession.includes(code)) {
      this.#mayPrepare = false;
      return true;
    }
    if (code === featureNotSupported) {
      this.#statementNames.renew();
      return true;
    }
    return false;
  }

  /** Of several servers, another one is looked for when the one in use can no longer be reached. */
  #leaveLostServer(failure: unknown): void {
    if (
      this.#server.connection.attempts.length > 1 &&
      !(failure instanceof DatabaseError) &&
      this.#pool !== undefined
    ) {
      this.#pool = undefined;
      this.#opening ??= this.#disconnect()
        .then(() => this.#open())
        .finally(() => {
          this.#opening = undefined;
        });
      this.#opening.catch(() => undefined);
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
    const { poolSize, connection, pool: options } = this.#server;
    const onIdleError = (error: Error) => {
      this.#state.report(error);
    };
    const { pool, direct } = await openPool(this.pooled, connection, { ...options, poolSize, onIdleError });
    this.#mayPrepare &&= direct;
    return (this.#pool = pool);
  }

  async #disconnect(): Promise<void> {
    this.#pool = undefined;
    await this.pooled.close((this.#server.queryTimeoutMs ?? defaultTimeoutMs) + closeGraceMs);
  }
}

function codeOf(failure: unknown): string {
  return failure instanceof Error && 'code' in failure ? String(failure.code) : '';
}
