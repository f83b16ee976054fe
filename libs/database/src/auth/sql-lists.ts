import { Injectable } from '@nestjs/common';
import { Lists } from '@fedistream/auth';
import type { Viewer } from '@fedistream/domain';
import { isRecordId } from '@fedistream/util';
import DataLoader from 'dataloader';
import { In } from 'typeorm';
import { Database } from '../connection/database.js';
import { ListEntity } from '../schema/entities/index.js';
import { rejectAsUnavailable } from './reject-as-unavailable.js';

/** Bounds the length of a statement. */
const listsPerStatement = 500;

/**
 * Reads lists from Mastodon's tables. It sends one statement at a time, for all lists that were requested meanwhile. So it
 * uses one connection of the pool, however many lists clients open.
 */
@Injectable()
export class SqlLists extends Lists {
  /** Settles when all scheduled statements have been answered; `#answered` settles with the current one. */
  #idle: Promise<unknown> = Promise.resolve();
  #answered: Promise<unknown> = Promise.resolve();
  /** Loads the owners of lists, in batches. It caches nothing. */
  readonly #owners = new DataLoader<string, string | undefined>((listIds) => this.#find(listIds), {
    cache: false,
    maxBatchSize: listsPerStatement,
    batchScheduleFn: (dispatch) => {
      this.#idle = this.#idle.then(() => {
        dispatch();
        return this.#answered;
      });
    },
  });

  constructor(private readonly database: Database) {
    super();
  }

  override async ownedBy(viewer: Viewer, listId: string): Promise<boolean> {
    return (await rejectAsUnavailable(this.#owners.load(listId))) === viewer.accountId;
  }

  async #find(listIds: readonly string[]): Promise<(string | undefined)[]> {
    const answer = this.database.find(ListEntity, (lists) =>
      lists.find({ select: { id: true, accountId: true }, where: { id: In(listIds.filter(isRecordId)) } }),
    );
    this.#answered = answer.catch(() => undefined);
    const owners = new Map((await answer).map(({ id, accountId }) => [id, accountId]));
    return listIds.map((id) => owners.get(id));
  }
}
