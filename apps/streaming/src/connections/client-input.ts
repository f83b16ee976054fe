import { Injectable, Logger } from '@nestjs/common';
import { LogThrottle } from '@fedistream/util';
import { InputBudget, InputSettings } from './input-budget.js';

/** The longest pause of a client whose account exceeds its budget, in ms: its pongs wait, too, and a ping has 30 s. */
const maxPauseMs = 10_000;

interface AccountBudget {
  readonly budget: InputBudget;
  clients: number;
}

/** What one WebSocket may send: within a budget of its own, and one that it shares with all others of its account. */
export class ClientInput {
  readonly #own: InputBudget;
  readonly #shared: InputBudget;
  readonly #onDelay: () => void;
  readonly #release: () => void;

  constructor(own: InputBudget, shared: InputBudget, onDelay: () => void, release: () => void) {
    this.#own = own;
    this.#shared = shared;
    this.#onDelay = onDelay;
    this.#release = release;
  }

  /**
   * Takes one frame from both budgets. O(1). A client is closed for its own frames alone.
   *
   * @returns how long to read nothing more from the client, in milliseconds: 0 within the budgets, `Infinity` to close it
   */
  spend(nowMs = performance.now()): number {
    const ownMs = this.#own.spend(nowMs);
    const sharedMs = Math.min(this.#shared.spend(nowMs), maxPauseMs);
    const pauseMs = Math.max(ownMs, sharedMs);
    if (pauseMs > 0 && pauseMs < Infinity) {
      this.#onDelay();
    }
    return pauseMs;
  }

  /** MUST be called once when the client has left. */
  release(): void {
    this.#release();
  }
}

/** Bounds what WebSockets may send, each and all of an account together: one account may have a thousand of them. */
@Injectable()
export class ClientInputs {
  /** Frames since the start after which their client was read more slowly. */
  delayed = 0;

  readonly #byAccount = new Map<string, AccountBudget>();
  readonly #logger = new Logger('Connections');
  readonly #throttle = new LogThrottle();

  constructor(private readonly settings: InputSettings) {}

  /** Accounts of which a client has sent a frame, for tests. */
  get size(): number {
    return this.#byAccount.size;
  }

  /** The input of a client that sends its first frame: most send only answers to pings. */
  open(accountId: string): ClientInput {
    const { maxMessagesPerSecond, maxMessagesPerSecondPerAccount } = this.settings;
    let shared = this.#byAccount.get(accountId);
    if (shared === undefined) {
      shared = { budget: new InputBudget(maxMessagesPerSecondPerAccount), clients: 0 };
      this.#byAccount.set(accountId, shared);
    }
    const account = shared;
    account.clients += 1;
    return new ClientInput(
      new InputBudget(maxMessagesPerSecond),
      account.budget,
      () => {
        this.#recordDelay(accountId);
      },
      () => {
        account.clients -= 1;
        if (account.clients === 0) {
          this.#byAccount.delete(accountId);
        }
      },
    );
  }

  #recordDelay(accountId: string): void {
    this.delayed += 1;
    this.#throttle.run((suffix) => {
      const limits = 'MAX_MESSAGES_PER_SECOND, or its account more than MAX_MESSAGES_PER_SECOND_PER_ACCOUNT';
      this.#logger.warn({
        msg: `Messages of a client are read more slowly: it sends more than ${limits}${suffix}`,
        accountId,
      });
    });
  }
}
