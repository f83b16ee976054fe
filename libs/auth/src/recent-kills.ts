import { Injectable } from '@nestjs/common';
import type { KillTarget, Viewer } from '@fedistream/domain';

/** A point in the order of kills. Only {@link RecentKills.now} makes one: no clock, which could be set or stand still. */
export type KillSequence = number & { readonly __kills: never };

/**
 * Remembers the latest kills, so that one that arrives while a connection is still being authenticated or opened is
 * not missed. Bounded in number; what is forgotten counts as a kill of everybody whose authentication is older.
 */
@Injectable()
export class RecentKills {
  readonly #moments = new Map<string, number>();
  #latest = 0;
  #forgotten = 0;

  /** The present moment. To be taken before the token is looked up: only kills after it are asked about later. */
  now(): KillSequence {
    return this.#latest as KillSequence;
  }

  /** Remembers a kill of a token or an account. */
  record(target: KillTarget): void {
    const key = target.kind === 'token' ? tokenKey(target.tokenId) : accountKey(target.accountId);
    // Set anew, not only changed: the map's order is the order of kills.
    this.#moments.delete(key);
    this.#moments.set(key, ++this.#latest);
    const [oldest] = this.#moments.size > rememberedAtMost ? this.#moments : [];
    if (oldest) {
      this.#moments.delete(oldest[0]);
      this.#forgotten = oldest[1];
    }
  }

  /** What of the viewer was killed after that moment, if anything; in doubt, the token. */
  since(moment: KillSequence, viewer: Viewer): KillTarget['kind'] | undefined {
    if (moment < this.#forgotten || (this.#moments.get(tokenKey(viewer.tokenId)) ?? 0) > moment) {
      return 'token';
    }
    return (this.#moments.get(accountKey(viewer.accountId)) ?? 0) > moment ? 'account' : undefined;
  }
}

/** About a megabyte. An authentication takes seconds at most; nothing kills that many in between but a mass suspension. */
const rememberedAtMost = 10_000;

function tokenKey(tokenId: string): string {
  return `token:${tokenId}`;
}

function accountKey(accountId: string): string {
  return `account:${accountId}`;
}
