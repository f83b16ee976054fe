import type { ReceivedEvent } from './stream-client.js';

/**
 * Reads an event stream as the HTML standard says (section "Interpreting an event stream"), strictly: an event without
 * data is never dispatched. Written apart from the server's own framing, so that the two can contradict each other.
 */
export class EventStreamParser {
  /** The comment lines so far, without their colon. */
  readonly comments: string[] = [];
  readonly #decoder = new TextDecoder('utf-8');
  readonly #dispatch: (event: ReceivedEvent) => void;
  #rest = '';
  #block = '';
  #event = '';
  #data: string[] = [];

  constructor(dispatch: (event: ReceivedEvent) => void) {
    this.#dispatch = dispatch;
  }

  /** The next bytes, cut anywhere. */
  push(bytes: Uint8Array): void {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    for (;;) {
      // A carriage return at the end may be half of a line's end.
      const end = /\r\n|\n|\r(?!$)/.exec(this.#rest);
      if (end === null) {
        return;
      }
      const line = this.#rest.slice(0, end.index);
      const length = end.index + end[0].length;
      this.#block += this.#rest.slice(0, length);
      this.#rest = this.#rest.slice(length);
      this.#line(line);
    }
  }

  #line(line: string): void {
    if (line === '') {
      this.#endOfBlock();
    } else if (line.startsWith(':')) {
      this.comments.push(line.slice(1));
      this.#block = this.#data.length === 0 && this.#event === '' ? '' : this.#block;
    } else {
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
      if (field === 'event') {
        this.#event = value;
      } else if (field === 'data') {
        this.#data.push(value);
      }
    }
  }

  #endOfBlock(): void {
    if (this.#data.length > 0) {
      this.#dispatch({ event: this.#event || 'message', payload: this.#data.join('\n'), raw: this.#block });
    }
    this.#block = '';
    this.#event = '';
    this.#data = [];
  }
}
