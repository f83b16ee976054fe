import { Injectable } from '@nestjs/common';
import { Lists } from '@fedistream/auth';
import type { Viewer } from '@fedistream/domain';
import { Database } from '../database.js';
import { orUnavailable } from './or-unavailable.js';

/** Lists as Mastodon keeps them. */
@Injectable()
export class SqlLists extends Lists {
  constructor(private readonly database: Database) {
    super();
  }

  override async ownedBy(viewer: Viewer, listId: string): Promise<boolean> {
    const rows = await orUnavailable(
      this.database.query('SELECT FROM lists WHERE id = $1::bigint AND account_id = $2::bigint', [
        listId,
        viewer.accountId,
      ]),
    );
    return rows.length > 0;
  }
}
