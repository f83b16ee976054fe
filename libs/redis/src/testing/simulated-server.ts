import type { SubscriptionCommands } from '../subscriptions.js';

interface Command {
  readonly kind: 'subscribe' | 'unsubscribe';
  readonly channels: readonly string[];
  readonly answer: (error?: Error) => void;
}

/** A Redis in memory: executes commands one by one when the test says so, and forgets all when its connection is lost. */
export class SimulatedServer implements SubscriptionCommands {
  /** The channels that the present connection has subscribed to. */
  readonly subscribed = new Set<string>();
  /** The commands of all connections in the order in which they were sent. */
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

  /** Executes the oldest command. */
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

  /** Executes all commands, and those that follow from their answers. */
  async settle(): Promise<void> {
    for (let round = 0; round < 50; round++) {
      await new Promise((resolve) => setImmediate(resolve));
      while (this.#queue.length > 0) {
        this.step();
      }
    }
  }

  /** Loses the connection: commands on their way never get an answer. */
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
