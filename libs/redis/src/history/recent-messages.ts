/** How much is kept, in bytes. */
const bytesAtMost = 16 * 1024 * 1024;
/** How long, in milliseconds: clients of one restart come within some seconds. */
const keptMs = 10_000;

/**
 * Messages that were read from the history in the last seconds: clients that come back together have missed the same ones, behind
 * different positions. All of them are given one buffer.
 */
export class RecentMessages {
  #epoch = '';
  #messages = new Map<number, Buffer>();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  /** The message with this number, if it was read a moment ago. */
  get(epoch: string, sequence: number): Buffer | undefined {
    return epoch === this.#epoch ? this.#messages.get(sequence) : undefined;
  }

  /** Keeps a message for some seconds. When there are too many, all are forgotten. */
  add(epoch: string, sequence: number, message: Buffer): void {
    if (epoch !== this.#epoch || this.#bytes + message.length > bytesAtMost) {
      this.#forget();
      this.#epoch = epoch;
    }
    this.#messages.set(sequence, message);
    this.#bytes += message.length;
    this.#timer ??= setTimeout(() => {
      this.#forget();
    }, keptMs).unref();
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#messages = new Map();
    this.#bytes = 0;
  }
}
