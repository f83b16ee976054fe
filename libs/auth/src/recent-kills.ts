import { Injectable } from '@nestjs/common';
import type { KillTarget, Viewer } from '@fedistream/domain';

/** The sequence number of a kill, from {@link RecentKills.now}. It is not a time, because a clock can be set or stand still. */
export type KillSequence = number & { readonly __kills: never };

/**
 * Remembers the latest kills, so that none is missed that arrives while a connection is still being opened. It keeps at
 * most 10,000. A forgotten kill counts as a kill of every viewer whose authentication is older.
 */
@Injectable()
export class RecentKills {
  readonly #positions = new Map<string, number>();
  #latest = 0;
  #forgotten = 0;
  #latestGap = 0;

  /** The current position. Callers MUST take it before they look the token up: only later kills are checked. */
  now(): KillSequence {
    return this.#latest as KillSequence;
  }

  /** Remembers a kill of a token or an account. */
  record(target: KillTarget): void {
    const key = target.kind === 'token' ? tokenKey(target.tokenId) : accountKey(target.accountId);
    // Deleted first, because the map's insertion order is the order of kills.
    this.#positions.delete(key);
    this.#positions.set(key, ++this.#latest);
    const [oldest] = this.#positions.size > maxRemembered ? this.#positions : [];
    if (oldest) {
      this.#positions.delete(oldest[0]);
      this.#forgotten = oldest[1];
    }
  }

  /** Remembers that kills may have been lost, because the broker was not connected. */
  recordGap(): void {
    this.#latestGap = ++this.#latest;
  }

  /** Whether a kill may have been lost after that position. */
  gapSince(position: KillSequence): boolean {
    return position < this.#latestGap;
  }

  /** Whether the viewer's token or account was killed after that position. A forgotten kill counts as one of the token. */
  since(position: KillSequence, viewer: Viewer): KillTarget['kind'] | undefined {
    if (position < this.#forgotten || (this.#positions.get(tokenKey(viewer.tokenId)) ?? 0) > position) {
      return 'token';
    }
    return (this.#positions.get(accountKey(viewer.accountId)) ?? 0) > position ? 'account' : undefined;
  }
}

/** About a megabyte. An authentication takes seconds; only a mass suspension kills this many meanwhile. */
const maxRemembered = 10_000;

function tokenKey(tokenId: string): string {
  return `token:${tokenId}`;
}

function accountKey(accountId: string): string {
  return `account:${accountId}`;
}
