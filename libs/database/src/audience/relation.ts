/** Relationship kinds that hide a status: the viewer blocks or mutes an account, or an author blocks the viewer. */
export type RelationKind = 'block' | 'mute' | 'author';

/** The table and columns of one kind of relationship. */
export interface Relation {
  readonly kind: RelationKind;
  readonly table: 'blocks' | 'mutes';
  /** The column of the accounts that the status is about: its authors and the accounts that it mentions. */
  readonly subject: 'account_id' | 'target_account_id';
  /** The column of the accounts that may be viewers. */
  readonly viewer: 'account_id' | 'target_account_id';
}

/** The relationships that hide a status from a viewer. Both directions have an index. */
export const relations: readonly Relation[] = [
  { kind: 'block', table: 'blocks', subject: 'target_account_id', viewer: 'account_id' },
  { kind: 'mute', table: 'mutes', subject: 'target_account_id', viewer: 'account_id' },
  { kind: 'author', table: 'blocks', subject: 'account_id', viewer: 'target_account_id' },
];

/** The accounts to look up, for each kind of relationship. */
export type Subjects = Readonly<Record<RelationKind, readonly string[]>>;
