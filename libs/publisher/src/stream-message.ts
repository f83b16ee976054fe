/** What stands on Redis: an event and its payload. Encoded once, however many channels it goes to. */
export class StreamMessage {
  #text: string | undefined;

  constructor(
    readonly event: string,
    readonly payload?: unknown,
  ) {}

  /** The message as JSON, without `payload` when there is none. */
  get text(): string {
    return (this.#text ??= JSON.stringify(this.toJSON()));
  }

  /** The message as an object, without `payload` when there is none. */
  toJSON(): { event: string; payload?: unknown } {
    return this.payload === undefined ? { event: this.event } : { event: this.event, payload: this.payload };
  }
}
