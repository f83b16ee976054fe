import { Injectable } from '@nestjs/common';

/** Statuses that are remembered: those of about half an hour on a large server, in 2 MB. */
const rememberedAtMost = 20_000;

/** Where recent statuses were from. A deletion carries an id alone. */
@Injectable()
export class SeenStatuses {
  readonly #domains = new Map<string, string | undefined>();

  /** Remembers a status, and forgets the oldest one where there are too many. */
  remember(id: string, domain: string | undefined): void {
    this.#domains.delete(id);
    this.#domains.set(id, domain);
    const [oldest] = this.#domains.size > rememberedAtMost ? this.#domains.keys() : [];
    if (oldest !== undefined) {
      this.#domains.delete(oldest);
    }
  }

  /** Where a status was from; `undefined` when that is not known. */
  domainOf(id: string): string | undefined {
    return this.#domains.get(id);
  }
}
