/** JSON Schema (draft 2020-12) as a plain object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

declare const payloadType: unique symbol;

/**
 * What events of one name carry: the type for compilers, the schema for documents. Publisher, stream and documents use
 * the same object. At run time a payload is never validated against it.
 */
export interface EventType<T = unknown> {
  /** What client developers read about it. */
  readonly schema: JsonSchema;
  /**
   * Whether a payload may hold a status. `false` is a promise of the module that declares it: a `per-viewer` stream lets
   * such an event out without looking for statuses in it.
   */
  readonly carriesStatus: boolean;
  /** Exists for the compiler only. */
  readonly [payloadType]?: T;
}

/** Event types by event name. `EventTypes` itself stands for any of them. */
export type EventTypes = Readonly<Record<string, EventType>>;

/** What an event type carries. */
export type PayloadOf<E> = E extends EventType<infer T> ? T : never;

/** What may be said about an event type beside its TypeScript type. */
export interface EventTypeOptions {
  /** Default: any JSON value. */
  readonly schema?: JsonSchema;
  /** Default `true`: a `per-viewer` stream looks for statuses in it and drops what it cannot read. */
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
