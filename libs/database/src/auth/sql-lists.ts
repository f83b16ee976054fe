import { Injectable } from '@nestjs/common';
import { Lists } from '@fedistream/auth';
import { Pace, type Viewer } from '@fedistream/domain';
import DataLoader from 'dataloader';
import { bigintArray } from '../array-parameters.js';
import { Database } from '../database.js';
import { orUnavailable } from './or-unavailable.js';

/**
 * Between statements that look lists up, in milliseconds. Who subscribes to many lists, one after the other, has them
 * looked up together; who subscribes to one does not wait.
 */
const betweenStatementsMs = 40;

/** Bounds the length of a statement. */
const listsPerStatement = 500;

/** Lists as Mastodon keeps them. */
@Injectable()
export class SqlLists extends Lists {
  readonly #pace = new Pace(() => betweenStatementsMs);
  /** Whose a list is. Gathers, and keeps nothing. */
  readonly #owners = new DataLoader<string, string | undefined>((listIds) => this.#find(listIds), {
    cache: false,
    maxBatchSize: listsPerStatement,
    batchScheduleFn: (dispatch) => {
      this.#pace.ask(dispatch);
    },
  });

  constructor(private readonly database: Database) {
    super();
  }

  override async ownedBy(viewer: Viewer, listId: string): Promise<boolean> {
    return (await orUnavailable(this.#owners.load(listId))) === viewer.accountId;
  }

  async #find(listIds: readonly string[]): Promise<(string | undefined)[]> {
    const rows = await this.database.lookup(() =>
      this.database.query<{ id: string; accountId: string }>(
        'SELECT id, account_id AS "accountId" FROM lists WHERE id = ANY ($1::bigint[])',
        [bigintArray(listIds)],
      ),
    );
    const owners = new Map(rows.map(({ id, accountId }) => [id, accountId]));
    return listIds.map((id) => owners.get(id));
  }
}
