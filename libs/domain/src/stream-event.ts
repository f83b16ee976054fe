/**
 * One event as the platform published it: a name and, mostly, a payload.
 *
 * The payload leaves as the text that arrived: key order, integers beyond 2^53 and escapes are never touched. The parsed
 * value is there for whoever decides about the event; it is deeply frozen, because all viewers share it.
 */
export class StreamEvent {
  /** The event's name: `update`, `delete`, `notification`, or any other; unknown ones pass untouched. */
  readonly name: string;

  /**
   * The payload as clients receive it: JSON text for objects, the bare string for strings (ids of `delete`);
   * `undefined` when the event has none (`filters_changed`).
   */
  readonly text: string | undefined;

  #value: unknown;
  #ready: boolean;
  #literal: string | undefined;
  /** What all that {@link withMember} makes of this event begin with. */
  #stem: Stem | undefined;
  /** For an event that was made so: what it begins with, and the rest. */
  #grown: { readonly stem: Stem; readonly rest: string } | undefined;

  private constructor(name: string, text: string | undefined, value: unknown, ready: boolean) {
    this.name = name;
    this.text = text;
    this.#value = value;
    this.#ready = ready;
  }

  /**
   * An event from a published message.
   *
   * @param text the payload's own text, cut out of the message (for a JSON string: what it stands for)
   * @param value what JSON.parse made of the payload; frozen when first read
   */
  static received(name: string, text: string | undefined, value: unknown): StreamEvent {
    return new StreamEvent(name, text, value, false);
  }

  /**
   * An event made here, by a stream module or a test. A string payload leaves as it is, anything else as JSON.
   *
   * @throws TypeError for a name that is empty or has control characters: it would forge lines of an event stream
   */
  static of(name: string, payload?: unknown): StreamEvent {
    if (name === '' || /\p{Cc}/u.test(name)) {
      throw new TypeError(`Not a name for an event: ${JSON.stringify(name)}`);
    }
    const text = payload === undefined || typeof payload === 'string' ? payload : JSON.stringify(payload);
    return new StreamEvent(name, text, typeof payload === 'object' ? structuredClone(payload) : payload, false);
  }

  /**
   * The payload, parsed and deeply frozen. Older publishers send objects encoded as a string: that string is parsed, too.
   * A string that is no JSON object or array stays a string: ids are larger than a number can hold.
   */
  get payload(): unknown {
    if (!this.#ready) {
      this.#value = deepFreeze(typeof this.#value === 'string' ? parseContainer(this.#value) : this.#value);
      this.#ready = true;
    }
    return this.#value;
  }

  /** {@link text} as a JSON string literal, which is what WebSocket frames carry; made once per event. */
  get literal(): string | undefined {
    if (this.text === undefined) {
      return undefined;
    }
    return (this.#literal ??= this.#grown ? literalOf(this.#grown) : JSON.stringify(this.text));
  }

  /**
   * A copy whose payload has one member more, put behind the text's last member so that all the rest stays as it was.
   * The payload must be an object that does not have this member.
   */
  withMember(name: string, value: unknown): StreamEvent {
    const stem = (this.#stem ??= stemOf(this.text ?? '{}'));
    const rest = `${JSON.stringify(name)}:${JSON.stringify(value)}}`;
    const extended = stem.text + rest;
    const event = new StreamEvent(this.name, extended, extended, false);
    event.#grown = { stem, rest };
    return event;
  }
}

/** The text of an object up to where one more member can stand; a status of 3 KB has many variants, and this is most of it. */
interface Stem {
  readonly text: string;
  /** The text as the beginning of a JSON string literal, made when it is first wanted. */
  literal?: string;
}

function stemOf(text: string): Stem {
  const head = text.slice(0, text.lastIndexOf('}')).trimEnd();
  return { text: head.endsWith('{') ? head : `${head},` };
}

/** Each character is escaped by itself, so the literal of a text is made of the literals of its parts. */
function literalOf({ stem, rest }: { readonly stem: Stem; readonly rest: string }): string {
  stem.literal ??= JSON.stringify(stem.text).slice(0, -1);
  return stem.literal + JSON.stringify(rest).slice(1);
}

function parseContainer(text: string): unknown {
  const first = text.trimStart().charAt(0);
  if (first !== '{' && first !== '[') {
    return text;
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Depth is bounded by the decoder for what comes from outside, hence the recursion. */
function deepFreeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) {
      deepFreeze(member);
    }
  }
  return value;
}
