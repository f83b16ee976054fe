import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CreateDrafts1764000000000 } from './create-drafts.migration.js';
import { DraftAccess } from './draft-access.js';
import { Draft } from './draft.entity.js';

/** Where the team's table is. */
export interface DraftsSettings {
  readonly databaseUrl: string;
}

/** The team's own connection, with its own migrations and its own pool. */
@Module({})
export class DraftsModule implements OnApplicationShutdown {
  constructor(private readonly database: DataSource) {}

  static forRoot({ databaseUrl }: DraftsSettings): DynamicModule {
    return {
      module: DraftsModule,
      providers: [
        DraftAccess,
        {
          provide: DataSource,
          useFactory: () =>
            new DataSource({
              type: 'postgres',
              url: databaseUrl,
              entities: [Draft],
              migrations: [CreateDrafts1764000000000],
              migrationsTableName: 'drafts_migrations',
              migrationsRun: true,
              extra: { max: 2 },
            }).initialize(),
        },
      ],
      exports: [DraftAccess],
    };
  }

  /** Ends the connection behind the last client. */
  async onApplicationShutdown(): Promise<void> {
    await this.database.destroy();
  }
}
