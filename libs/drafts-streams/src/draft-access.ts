import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { Draft } from './draft.entity.js';

/** A viewer, and the draft that it wants to follow. */
export interface DraftQuestion {
  readonly accountId: string;
  readonly draft: string;
}

/** Finds the owner of a draft. */
@Injectable()
export class DraftAccess {
  constructor(private readonly database: DataSource) {}

  /** Whether the account owns the draft. */
  async mayEdit(accountId: string, draft: string): Promise<boolean> {
    const [answer = false] = await this.mayEditEach([{ accountId, draft }]);
    return answer;
  }

  /** The same for many, by one statement; the answers are in the order of the questions. */
  async mayEditEach(questions: readonly DraftQuestion[]): Promise<readonly boolean[]> {
    const drafts = await this.database
      .getRepository(Draft)
      .findBy({ id: In([...new Set(questions.map(({ draft }) => draft))]) });
    const owners = new Map(drafts.map(({ id, accountId }) => [id, accountId]));
    return questions.map(({ accountId, draft }) => owners.get(draft) === accountId);
  }

  /** How many drafts of the account have changes that it has not seen. */
  unread(accountId: string): Promise<number> {
    return this.database.getRepository(Draft).countBy({ accountId, unread: true });
  }
}
