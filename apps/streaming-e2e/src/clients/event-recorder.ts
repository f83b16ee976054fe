import { newId, publishEvent, until, type Publisher } from '../support/index.js';
import type { RecordedEvent } from './sample-events.js';

const signals = new Set<string>();

/**
 * Records the events that a client library emits, in order. Fences of the tests are kept apart: they are deletes of
 * statuses that do not exist, because every client understands deletes.
 */
export class EventRecorder {
  readonly #recorded: RecordedEvent[] = [];
  readonly #signals = new Set<string>();

  /** Records an event that the client emitted. */
  record(event: string, payload?: unknown): void {
    if (typeof payload === 'string' && signals.has(payload)) {
      this.#signals.add(payload);
    } else {
      this.#recorded.push({ event, ...(payload === undefined ? {} : { payload }) });
    }
  }

  /** All events so far. */
  get recorded(): readonly RecordedEvent[] {
    return this.#recorded;
  }

  /** Waits until a message published on the channel arrives. */
  async untilSubscribed(publisher: Publisher, channel: string): Promise<void> {
    const signal = newSignal();
    await until(`the client hears what is published on ${channel}`, async () => {
      if (!this.#signals.has(signal)) {
        await publishEvent(publisher, channel, 'delete', signal);
      }
      return this.#signals.has(signal);
    });
  }

  /** All events before a fence that is published now. An event that is not among them was not delivered, and will not be. */
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
