/** Where an event stands among everything that this node has received, and the position that clients resume from. */
export interface EventOrigin {
  /** Counts up with each message. */
  readonly order: number;
  /** `undefined` while no recorder has announced an epoch. */
  readonly position: string | undefined;
}

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
  #origin: EventOrigin | undefined;
  #literal: string | undefined;
  /** What all that {@link withMember} makes of this event begin with. */
  #common: CommonText | undefined;
  #parts: TextParts | undefined;

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
    return this.text === undefined ? undefined : (this.#literal ??= JSON.stringify(this.text));
  }

  /** For an event that {@link withMember} made, its text in two parts. */
  get parts(): TextParts | undefined {
    return this.#parts;
  }

  /** The place of the message that this event was made from; `undefined` without history, and for events made here. */
  get origin(): EventOrigin | undefined {
    return this.#origin;
  }

  /** Notes the place, once, before the event is given to anything. What {@link withMember} makes of it has the same. */
  placeAt(origin: EventOrigin): void {
    this.#origin ??= origin;
  }

  /**
   * A copy whose payload has one member more, put behind the text's last member so that all the rest stays as it was.
   * The payload must be an object that does not have this member.
   *
   * @param json the member's value
   */
  withMember(name: string, json: string): StreamEvent {
    const common = (this.#common ??= commonOf(this.text ?? '{}'));
    const own = `${JSON.stringify(name)}:${json}}`;
    const extended = common.text + own;
    const event = new StreamEvent(this.name, extended, extended, false);
    event.#parts = { common, own };
    event.#origin = this.#origin;
    return event;
  }
}

/**
 * What the payloads of all variants of an event begin with; of a status of 3 KB that is nearly all. One object for all of
 * them, so that what is made of it can be kept beside it.
 */
export interface CommonText {
  readonly text: string;
}

/** The text of a payload: what other variants begin with, too, and what is this one's own. */
export interface TextParts {
  readonly common: CommonText;
  readonly own: string;
}

function commonOf(text: string): CommonText {
  const head = text.slice(0, text.lastIndexOf('}')).trimEnd();
  return { text: head.endsWith('{') ? head : `${head},` };
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
