import { idOf } from './ids.js';

/** An account whose statuses are published. Half of the authors are local, the others remote. */
export interface Author {
  /** Its place in {@link authors}. */
  readonly index: number;
  readonly id: string;
  readonly username: string;
  /** `null` for a local author, as in the column. */
  readonly domain: string | null;
  readonly acct: string;
}

/** The number of servers of the remote authors. */
export const remoteDomains = 60;

/** The domain of a remote server. */
export function remoteDomain(index: number): string {
  return `instance${index}.example`;
}

/** The authors of all events. */
export const authors: readonly Author[] = Array.from({ length: 400 }, (_, index) => {
  const username = `author${index}`;
  const domain = index % 2 === 0 ? null : remoteDomain(Math.floor(index / 2) % remoteDomains);
  return {
    index,
    id: idOf('author', index),
    username,
    domain,
    acct: domain === null ? username : `${username}@${domain}`,
  };
});
