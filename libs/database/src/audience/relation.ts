/** How somebody may have parted with somebody: `account` has blocked, or muted, or is an author who has blocked. */
export type RelationKind = 'block' | 'mute' | 'author';

/** Where relations of one kind are, and which way they are read. */
export interface Relation {
  readonly kind: RelationKind;
  readonly table: 'blocks' | 'mutes';
  /** The column of whom the status is about: its authors and those it mentions. */
  readonly subject: 'account_id' | 'target_account_id';
  /** The column of those who may be viewers. */
  readonly enemy: 'account_id' | 'target_account_id';
}

/** Every way in which a viewer and an account may be apart. Both directions have an index. */
export const relations: readonly Relation[] = [
  { kind: 'block', table: 'blocks', subject: 'target_account_id', enemy: 'account_id' },
  { kind: 'mute', table: 'mutes', subject: 'target_account_id', enemy: 'account_id' },
  { kind: 'author', table: 'blocks', subject: 'account_id', enemy: 'target_account_id' },
];

/** Whom to ask about, for each kind. */
export type Subjects = Readonly<Record<RelationKind, readonly string[]>>;
