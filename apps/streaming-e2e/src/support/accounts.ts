/** An account; `domain` is absent for local ones. */
export interface Account {
  readonly id: string;
  readonly username: string;
  readonly domain: string | undefined;
  /** `username`, or `username@domain`: as it stands in payloads. */
  readonly acct: string;
}

/** A local account with its login. */
export interface User {
  readonly id: string;
  readonly account: Account;
}

/** An access token; `token` is what clients send. */
export interface Token {
  readonly id: string;
  readonly token: string;
}

/** A user with a token, who can open streams. */
export interface Viewer {
  readonly account: Account;
  readonly user: User;
  readonly token: string;
  readonly tokenId: string;
}

/** What a user row holds that tests vary. */
export interface UserOptions {
  readonly disabled?: boolean;
  readonly approved?: boolean;
  readonly confirmedAt?: Date | null;
  readonly chosenLanguages?: readonly string[] | null;
  readonly roleId?: string | null;
}

/** What a token row holds that tests vary. */
export interface TokenOptions {
  readonly scopes?: string | null;
  readonly revokedAt?: Date | null;
  readonly expiresIn?: number | null;
  readonly createdAt?: Date;
}

/** A filter of keywords or statuses. */
export interface FilterOptions {
  readonly title?: string;
  readonly context?: readonly string[];
  readonly action?: 'warn' | 'hide' | 'blur';
  readonly expiresAt?: Date | null;
  readonly keywords?: readonly { readonly keyword: string; readonly wholeWord?: boolean }[];
  readonly statusIds?: readonly string[];
}
