import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AccessTokenEntity, AccountEntity, ListEntity, UserEntity } from '@fedistream/database';
import { demoMessages, demoRows } from '@fedistream/demo';
import { MemoryFeed } from '@fedistream/event-bus';
import type { Subscription } from 'rxjs';
import { DataSource } from 'typeorm';

const intervalMs = 2_000;

/** Fills the embedded database with the demo's accounts, and all streams with what they say. */
@Injectable()
export class DemoService implements OnApplicationBootstrap, OnApplicationShutdown {
  #subscription: Subscription | undefined;

  constructor(
    private readonly database: DataSource,
    private readonly feed: MemoryFeed,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.database.getRepository(AccountEntity).save([...demoRows.accounts]);
    await this.database.getRepository(UserEntity).save([...demoRows.users]);
    await this.database.getRepository(ListEntity).save([...demoRows.lists]);
    await this.database.getRepository(AccessTokenEntity).save([...demoRows.accessTokens]);
    this.#subscription = demoMessages({ intervalMs }).subscribe(({ channel, message }) => {
      this.feed.publish(channel, JSON.stringify(message));
    });
  }

  onApplicationShutdown(): void {
    this.#subscription?.unsubscribe();
  }
}
