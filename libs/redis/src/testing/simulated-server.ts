import type { SubscriptionCommands } from '../subscriptions.js';

interface Command {
  readonly kind: 'subscribe' | 'unsubscribe';
  readonly channels: readonly string[];
  readonly answer: (error?: Error) => void;
}

/** A Redis in miniature: carries commands out one by one, when told to, and forgets all when its connection is lost. */
export class SimulatedServer implements SubscriptionCommands {
  /** What the server has subscribed for the present connection. */
  readonly subscribed = new Set<string>();
  /** All commands of all connections, as they were sent. */
  readonly sent: string[] = [];
  readonly refusals: string[] = [];
  readonly forbidden = new Set<string>();
  #queue: Command[] = [];

  subscribe(channels: readonly string[]): Promise<void> {
    return this.#send('subscribe', channels);
  }

  unsubscribe(channels: readonly string[]): Promise<void> {
    return this.#send('unsubscribe', channels);
  }

  refused(channel: string): void {
    this.refusals.push(channel);
  }

  /** Carries out the oldest command. */
  step(): void {
    const command = this.#queue.shift();
    if (command === undefined) {
      return;
    }
    if (command.kind === 'subscribe' && command.channels.some((channel) => this.forbidden.has(channel))) {
      command.answer(new Error('NOPERM'));
      return;
    }
    for (const channel of command.channels) {
      if (command.kind === 'subscribe') {
        this.subscribed.add(channel);
      } else {
        this.subscribed.delete(channel);
      }
    }
    command.answer();
  }

  /** Carries out everything, and what follows from it. */
  async settle(): Promise<void> {
    for (let round = 0; round < 50; round++) {
      await new Promise((resolve) => setImmediate(resolve));
      while (this.#queue.length > 0) {
        this.step();
      }
    }
  }

  /** The connection is lost: commands on their way never get an answer. */
  lose(): void {
    this.#queue = [];
    this.subscribed.clear();
  }

  #send(kind: Command['kind'], channels: readonly string[]): Promise<void> {
    this.sent.push(`${kind} ${channels.length > 5 ? `${channels.length} channels` : channels.join(' ')}`);
    return new Promise((resolve, reject) => {
      const answer = (error?: Error): void => {
        if (error === undefined) {
          resolve();
        } else {
          reject(error);
        }
      };
      this.#queue.push({ kind, channels, answer });
    });
  }
}
