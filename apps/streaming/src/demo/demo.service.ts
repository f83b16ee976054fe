import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  AccessTokenEntity,
  AccountEntity,
  CustomFilterEntity,
  CustomFilterKeywordEntity,
  ListEntity,
  UserEntity,
  UserRoleEntity,
} from '@fedistream/database';
import { demoMessages, demoRows } from '@fedistream/demo';
import type { Subscription } from 'rxjs';
import { DataSource, type EntityTarget, type ObjectLiteral, type QueryDeepPartialEntity } from 'typeorm';
import { DemoPublisher } from './demo-publisher.js';

const intervalMs = 2_000;

/** Writes the demo's accounts to the embedded database, and publishes their events every 2 s. */
@Injectable()
export class DemoService implements OnApplicationBootstrap, OnApplicationShutdown {
  #subscription: Subscription | undefined;

  constructor(
    private readonly database: DataSource,
    private readonly publisher: DemoPublisher,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.#seed(AccountEntity, demoRows.accounts);
    await this.#seed(UserRoleEntity, demoRows.roles);
    await this.#seed(UserEntity, demoRows.users);
    await this.#seed(ListEntity, demoRows.lists);
    await this.#seed(CustomFilterEntity, demoRows.filters);
    await this.#seed(CustomFilterKeywordEntity, demoRows.filterKeywords);
    await this.#seed(AccessTokenEntity, demoRows.accessTokens);
    this.#subscription = demoMessages({ intervalMs }).subscribe((message) => {
      this.publisher.publish(message);
    });
  }

  /**
   * Upserts rows with the demo's own ids. The columns are listed, because TypeORM would otherwise ignore the value of a
   * generated one.
   */
  async #seed<E extends ObjectLiteral>(
    entity: EntityTarget<E>,
    rows: readonly QueryDeepPartialEntity<E>[],
  ): Promise<void> {
    const { metadata } = this.database.getRepository(entity);
    const given = metadata.columns.filter(({ propertyName }) => rows.some((row) => propertyName in row));
    await this.database
      .createQueryBuilder()
      .insert()
      .into(
        entity,
        given.map(({ propertyName }) => propertyName),
      )
      .values([...rows])
      .orUpdate(
        given.map(({ databaseName }) => databaseName),
        ['id'],
      )
      .execute();
  }

  onApplicationShutdown(): void {
    this.#subscription?.unsubscribe();
  }
}
