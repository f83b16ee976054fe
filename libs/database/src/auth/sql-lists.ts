import { Injectable } from '@nestjs/common';
import { Lists } from '@fedistream/auth';
import type { Viewer } from '@fedistream/domain';
import DataLoader from 'dataloader';
import { bigintArray } from '../connection/array-parameters.js';
import { Database } from '../connection/database.js';
import { rejectAsUnavailable } from './reject-as-unavailable.js';

/** Bounds the length of a statement. */
const listsPerStatement = 500;

/**
 * Lists as Mastodon keeps them. Looked up by one statement at a time, for all that are asked about while the one before is
 * being answered: however many lists somebody wants, and however long it takes, the other connections are for others.
 */
@Injectable()
export class SqlLists extends Lists {
  /** Settles when all statements that are due have been answered; {@link #answered} is about the one under way. */
  #idle: Promise<unknown> = Promise.resolve();
  #answered: Promise<unknown> = Promise.resolve();
  /** Whose a list is. Gathers, and keeps nothing. */
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
    const answer = this.database.query<{ id: string; accountId: string }>(
      'SELECT id, account_id AS "accountId" FROM lists WHERE id = ANY ($1::bigint[])',
      [bigintArray(listIds)],
    );
    this.#answered = answer.catch(() => undefined);
    const owners = new Map((await answer).map(({ id, accountId }) => [id, accountId]));
    return listIds.map((id) => owners.get(id));
  }
}
