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

/** Fills the embedded database with the demo's accounts, and all streams with what they say. */
@Injectable()
export class DemoService implements OnApplicationBootstrap, OnApplicationShutdown {
  #subscription: Subscription | undefined;

  constructor(
    private readonly database: DataSource,
    private readonly fanout: DemoPublisher,
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
      this.fanout.publish(message);
    });
  }

  /**
   * Writes rows with the ids that the demo gives them, also over those of an earlier start. TypeORM takes a generated
   * column from the values only when it is named.
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
