/** JSON Schema (draft 2020-12) as a plain object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

declare const payloadType: unique symbol;

/**
 * The payload of the events with one name: its TypeScript type, and its schema for documents. Publisher, stream and
 * documents use the same object. No payload is validated against it at run time.
 */
export interface EventType<T = unknown> {
  /** The schema in the documents for client developers. */
  readonly schema: JsonSchema;
  /**
   * Whether a payload may contain a status. `false` is a promise of the declaring module: a `per-viewer` stream delivers such
   * an event without applying the rules. If it finds a status in it nevertheless, it drops the event.
   */
  readonly carriesStatus: boolean;
  /** Exists for the compiler only. */
  readonly [payloadType]?: T;
}

/** Event types by event name. `EventTypes` itself stands for any of them. */
export type EventTypes = Readonly<Record<string, EventType>>;

/** The payload of an event type. */
export type PayloadOf<E> = E extends EventType<infer T> ? T : never;

/** Options of an event type. */
export interface EventTypeOptions {
  /** Default: any JSON value. */
  readonly schema?: JsonSchema;
  /** Default `true`: a `per-viewer` stream applies the rules to its statuses, and drops an event that it cannot read. */
  readonly carriesStatus?: boolean;
}

/** An event type that carries a `T`: `payload<Draft>()`. */
export function payload<T>({ schema = {}, carriesStatus = true }: EventTypeOptions = {}): EventType<T> {
  return Object.freeze({ schema, carriesStatus });
}

/** An event type without payload. */
export function noPayload(): EventType<undefined> {
  return payload<undefined>({ schema: { not: {} }, carriesStatus: false });
}
