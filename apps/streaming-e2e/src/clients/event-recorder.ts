import { newId, publishEvent, until, type Publisher } from '../support/index.js';
import type { RecordedEvent } from './sample-events.js';

const signals = new Set<string>();

/**
 * Stands where the user of a client stands: takes down what the client hands out, in order. Signals of the tests are
 * kept apart; they are deletes of statuses that never were, because every client understands those.
 */
export class EventRecorder {
  readonly #recorded: RecordedEvent[] = [];
  readonly #signals = new Set<string>();

  /** What the client handed out. */
  record(event: string, payload?: unknown): void {
    if (typeof payload === 'string' && signals.has(payload)) {
      this.#signals.add(payload);
    } else {
      this.#recorded.push({ event, ...(payload === undefined ? {} : { payload }) });
    }
  }

  /** Everything so far. */
  get recorded(): readonly RecordedEvent[] {
    return this.#recorded;
  }

  /** Waits until what is published on the channel comes through. */
  async untilSubscribed(publisher: Publisher, channel: string): Promise<void> {
    const signal = newSignal();
    await until(`the client hears what is published on ${channel}`, async () => {
      if (!this.#signals.has(signal)) {
        await publishEvent(publisher, channel, 'delete', signal);
      }
      return this.#signals.has(signal);
    });
  }

  /** Everything up to a signal that is published now: what is not in it did not come, and will not. */
  async recordedBeforeFence(publisher: Publisher, channel: string): Promise<readonly RecordedEvent[]> {
    const signal = newSignal();
    await publishEvent(publisher, channel, 'delete', signal);
    await until('the fence comes through', () => this.#signals.has(signal));
    return this.#recorded;
  }
}

function newSignal(): string {
  const signal = newId();
  signals.add(signal);
  return signal;
}
