/** The place of an event among all messages that this node has received, and the position that clients resume from. */
export interface EventOrigin {
  /** Increases with each message. */
  readonly order: number;
  /** `undefined` while no recorder has announced an epoch. */
  readonly position: string | undefined;
}

/** The parts of a variant's text: see {@link StreamEvent.withMember}. */
export interface VariantParts {
  /** The event that all variants extend. */
  readonly base: StreamEvent;
  /** The text after the shared {@link StreamEvent.openText} of the base, closing brace included. */
  readonly own: string;
}

/** A text to insert into another one; see {@link StreamEvent.withInsertions}. */
export interface Insertion {
  /** The text is inserted before the character at this offset, in UTF-16 code units. */
  readonly offset: number;
  readonly text: string;
}

/**
 * One event as the publisher sent it: a name and, mostly, a payload.
 *
 * Clients receive the payload as it arrived: key order, integers beyond 2^53 and escapes never change. It is parsed on first
 * use, and then deeply frozen, because all viewers share it.
 */
export class StreamEvent {
  /** The event's name, such as `update` or `delete`. Names that this server does not know pass unchanged. */
  readonly name: string;

  /**
   * The payload as it arrived: UTF-8 of a JSON object or array, on one line. `undefined` for events with another payload or
   * none, and for events of this process. It is a view of the chunk that was read from the broker: copy it to keep it.
   */
  readonly bytes: Buffer | undefined;

  readonly #parts: VariantParts | undefined;
  #origin: EventOrigin | undefined;
  #receivedAtMs: number | undefined;
  #text: string | undefined;
  #openText: string | undefined;
  #payload: unknown;
  #isPayloadReady = false;
  #derivedBy: unknown;
  #derived: unknown;
  #moreDerived: Map<unknown, unknown> | undefined;

  private constructor(name: string, source: Buffer | string | undefined, payload: unknown, parts?: VariantParts) {
    this.name = name;
    this.bytes = typeof source === 'string' ? undefined : source;
    this.#text = typeof source === 'string' ? source : undefined;
    this.#payload = payload;
    this.#parts = parts;
  }

  /**
   * An event from a published message. The payload is trusted: callers MUST have validated it.
   *
   * @param payload bytes as {@link bytes} describes them; or a text: JSON on one line, or the value of a JSON string
   * @param value the result of JSON.parse, if the caller has it; it is frozen on first use
   */
  static received(name: string, payload: Buffer | string | undefined, value?: unknown): StreamEvent {
    return new StreamEvent(name, payload, value ?? (typeof payload === 'string' ? payload : undefined));
  }

  /**
   * An event of this process, from a stream module or a test. Clients receive a string payload unchanged, any other as JSON.
   *
   * @throws TypeError when the name is empty or has control characters: it would forge lines of an event stream
   */
  static of(name: string, payload?: unknown): StreamEvent {
    if (name === '' || /\p{Cc}/u.test(name)) {
      throw new TypeError(`Invalid event name: ${JSON.stringify(name)}`);
    }
    const text = payload === undefined || typeof payload === 'string' ? payload : JSON.stringify(payload);
    return new StreamEvent(name, text, typeof payload === 'object' ? structuredClone(payload) : payload);
  }

  /**
   * The payload as clients receive it: JSON text for objects, the bare string for strings (the id of a `delete`);
   * `undefined` when the event has none (`filters_changed`).
   */
  get text(): string | undefined {
    return (this.#text ??= this.#parts ? this.#parts.base.openText + this.#parts.own : this.bytes?.toString());
  }

  /**
   * The payload, parsed and deeply frozen. A string with a JSON object or array is parsed, too: older publishers encode
   * payloads themselves. Any other string stays a string: ids exceed 2^53.
   */
  get payload(): unknown {
    if (!this.#isPayloadReady) {
      const known = this.#payload === undefined ? this.text : this.#payload;
      this.#payload = deepFreeze(typeof known === 'string' ? parseContainer(known) : known);
      this.#isPayloadReady = true;
    }
    return this.#payload;
  }

  /** The parts of a variant of {@link withMember}; `undefined` for other events. */
  get parts(): VariantParts | undefined {
    return this.#parts;
  }

  /** The place of this event's message; `undefined` without a history, and for events of this process. */
  get origin(): EventOrigin | undefined {
    return this.#origin;
  }

  /** Sets the place, once, before the event reaches a listener. Variants that {@link withMember} makes inherit it. */
  placeAt(origin: EventOrigin): void {
    this.#origin ??= origin;
  }

  /** When this process received it, by `performance.now()`; `undefined` for events of this process. */
  get receivedAtMs(): number | undefined {
    return this.#receivedAtMs;
  }

  /** Sets when the event was received, once, before it reaches a listener. Variants inherit it. */
  setReceivedAt(milliseconds: number): void {
    this.#receivedAtMs ??= milliseconds;
  }

  /** The text of the payload up to the offset where {@link withMember} adds a member. The payload MUST be an object. */
  get openText(): string {
    return (this.#openText ??= openObject(this.text ?? '{}'));
  }

  /**
   * A variant whose payload has one member more, after all others, so that the rest is unchanged. The payload MUST be an
   * object without this member.
   *
   * @param json the member's value
   */
  withMember(name: string, json: string): StreamEvent {
    const own = `${JSON.stringify(name)}:${json}}`;
    const variant = new StreamEvent(this.name, undefined, undefined, { base: this, own });
    variant.#origin = this.#origin;
    variant.#receivedAtMs = this.#receivedAtMs;
    return variant;
  }

  /**
   * A variant with texts inserted into its payload; the rest is unchanged. It is for members of nested objects, which
   * {@link withMember} cannot add. Such variants share no text.
   *
   * @param insertions in the order of their offsets; the text that results MUST be JSON on one line
   */
  withInsertions(insertions: readonly Insertion[]): StreamEvent {
    const text = this.text ?? '';
    let changed = '';
    let copied = 0;
    for (const insertion of insertions) {
      changed += text.slice(copied, insertion.offset) + insertion.text;
      copied = insertion.offset;
    }
    const variant = new StreamEvent(this.name, changed + text.slice(copied), undefined);
    variant.#origin = this.#origin;
    variant.#receivedAtMs = this.#receivedAtMs;
    return variant;
  }

  /**
   * The result of `make` for this event. `make` runs once per event and function, so that all clients share an encoding. It
   * MUST be a constant function, not a new one for each call.
   */
  derived<T>(make: (event: StreamEvent) => T): T {
    if (this.#derivedBy === make) {
      return this.#derived as T;
    }
    if (this.#derivedBy === undefined) {
      this.#derivedBy = make;
      const derived = make(this);
      this.#derived = derived;
      return derived;
    }
    this.#moreDerived ??= new Map();
    if (!this.#moreDerived.has(make)) {
      this.#moreDerived.set(make, make(this));
    }
    return this.#moreDerived.get(make) as T;
  }
}

function openObject(text: string): string {
  const open = text.slice(0, text.lastIndexOf('}')).trimEnd();
  return open.endsWith('{') ? open : `${open},`;
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

/** Recursive: the decoder bounds the depth of what publishers send. */
function deepFreeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) {
      deepFreeze(member);
    }
  }
  return value;
}
