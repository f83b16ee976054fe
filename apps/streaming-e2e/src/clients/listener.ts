import { newId, publishEvent, until, type Feed } from '../support/index.js';
import type { Heard } from './news.js';

const signals = new Set<string>();

/**
 * Stands where the user of a client stands: takes down what the client hands out, in order. Signals of the tests are
 * kept apart; they are deletes of statuses that never were, because every client understands those.
 */
export class Listener {
  readonly #heard: Heard[] = [];
  readonly #signals = new Set<string>();

  /** What the client handed out. */
  hear(event: string, payload?: unknown): void {
    if (typeof payload === 'string' && signals.has(payload)) {
      this.#signals.add(payload);
    } else {
      this.#heard.push({ event, ...(payload === undefined ? {} : { payload }) });
    }
  }

  /** Everything so far. */
  get heard(): readonly Heard[] {
    return this.#heard;
  }

  /** Waits until what is published on the channel comes through. */
  async listening(feed: Feed, channel: string): Promise<void> {
    const signal = newSignal();
    await until(`the client hears what is published on ${channel}`, async () => {
      if (!this.#signals.has(signal)) {
        await publishEvent(feed, channel, 'delete', signal);
      }
      return this.#signals.has(signal);
    });
  }

  /** Everything up to a signal that is published now: what is not in it did not come, and will not. */
  async heardBeforeFence(feed: Feed, channel: string): Promise<readonly Heard[]> {
    const signal = newSignal();
    await publishEvent(feed, channel, 'delete', signal);
    await until('the fence comes through', () => this.#signals.has(signal));
    return this.#heard;
  }
}

function newSignal(): string {
  const signal = newId();
  signals.add(signal);
  return signal;
}
