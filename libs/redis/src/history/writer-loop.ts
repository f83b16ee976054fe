import type { HistoryStatistics } from '@fedistream/history';
import type { EpochWriter } from './epoch-writer.js';
import type { MessageLog } from './message-log.js';

/** Writes a log into an epoch as it grows, one pipeline after the other, until it is ended or a pipeline fails. */
export class WriterLoop {
  #writer: EpochWriter | undefined;
  #running = false;

  /** @param failed called with what {@link EpochWriter.writeBatch} throws; MUST {@link end} the loop, and not reject */
  constructor(
    private readonly log: MessageLog,
    private readonly statistics: HistoryStatistics,
    private readonly failed: (error: unknown) => Promise<void>,
  ) {}

  /** Whether everything that the log receives is being written. */
  get active(): boolean {
    return this.#writer !== undefined;
  }

  /** The first message that is not written yet; `undefined` when none will be. */
  get index(): number | undefined {
    return this.#writer?.index;
  }

  /** Writes with this writer from now on. */
  begin(writer: EpochWriter): void {
    this.#writer = writer;
    this.statistics.recording = true;
    this.wake();
  }

  /** Writes nothing more; a pipeline that is under way still is. */
  end(): void {
    this.#writer = undefined;
    this.statistics.recording = false;
    this.statistics.lag = 0;
  }

  /** To be called when the log has received a message. */
  wake(): void {
    void this.#run();
  }

  async #run(): Promise<void> {
    const writer = this.#writer;
    if (this.#running || writer === undefined) {
      return;
    }
    this.#running = true;
    try {
      while (writer === this.#writer && (await writer.writeBatch())) {
        this.statistics.lag = this.log.end - writer.index;
      }
    } catch (error) {
      if (writer === this.#writer) {
        await this.failed(error);
      }
    } finally {
      this.#running = false;
    }
    if (this.#writer !== undefined && this.#writer.index < this.log.end) {
      this.wake();
    }
  }
}
