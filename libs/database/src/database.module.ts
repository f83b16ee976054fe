import { Module, type DynamicModule } from '@nestjs/common';
import { AudienceStore } from '@fedistream/audience';
import { Lists, Roles, TokenStore } from '@fedistream/auth';
import { DataSource } from 'typeorm';
import { SqlAudienceStore } from './audience/sql-audience-store.js';
import { SqlLists } from './auth/sql-lists.js';
import { SqlRoles } from './auth/sql-roles.js';
import { SqlTokenStore } from './auth/sql-token-store.js';
import { DatabasePool } from './connection/database-pool.js';
import type { DatabaseSettings } from './connection/database-settings.js';
import { Database } from './connection/database.js';

/** Implements the ports of `auth` and `audience` over Mastodon's tables. */
@Module({})
export class DatabaseModule {
  /**
   * With a PostgreSQL server, the application starts also while the server is unreachable; the `DataSource` is initialised by
   * the first statement. An embedded database is running, and its `DataSource` initialised, once the application has started.
   */
  static forRoot(settings: DatabaseSettings): DynamicModule {
    const ports = [
      { provide: TokenStore, useClass: SqlTokenStore },
      { provide: Lists, useClass: SqlLists },
      { provide: Roles, useClass: SqlRoles },
      { provide: AudienceStore, useClass: SqlAudienceStore },
    ];
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        { provide: Database, useFactory: () => Database.open(settings) },
        { provide: DataSource, useFactory: ({ source }: Database) => source, inject: [Database] },
        DatabasePool,
        ...ports,
      ],
      exports: [DataSource, DatabasePool, TokenStore, Lists, Roles, AudienceStore],
    };
  }
}
