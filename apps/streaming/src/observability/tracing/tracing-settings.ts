/** Where traces go, and how many. */
export interface TracingSettings {
  /** The URL of an OTLP/HTTP receiver for traces. */
  readonly url: string;
  /** The share of events and connections that are traced, above 0 and at most 1. */
  readonly ratio: number;
}
