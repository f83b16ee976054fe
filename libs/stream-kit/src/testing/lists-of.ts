import { Lists } from '@fedistream/auth';

/** Lists of which every viewer owns those with these ids, and no others. */
export function listsOf(...listIds: readonly string[]): Lists {
  return new SameLists(new Set(listIds));
}

class SameLists extends Lists {
  constructor(private readonly owned: ReadonlySet<string>) {
    super();
  }

  override ownedBy(_viewer: unknown, listId: string): Promise<boolean> {
    return Promise.resolve(this.owned.has(listId));
  }
}
