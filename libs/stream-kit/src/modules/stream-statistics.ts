import { Injectable } from '@nestjs/common';

/** What can go wrong in a stream's own code, by the function that failed; `params` for the `parse` of one of its parameters. */
export type StreamFunction =
  'params' | 'authorize' | 'authorizeMany' | 'channels' | 'accepts' | 'acceptsFor' | 'map' | 'select' | 'snapshot';

/** Counters of one stream since the start. */
export class StreamCounters {
  /** Failures of the stream's own functions. */
  readonly failures = new Map<StreamFunction, number>();
  /** Requests with a parameter that the stream does not know, or with values that are ignored. */
  ignoredParameters = 0;
  /** Events that arrived on the stream's channels under a name that it does not declare. */
  undeclaredEvents = 0;
  /** Subscriptions ended because `authorize` no longer allows them. */
  withdrawn = 0;
}

/** Counters of every stream, by the stream's first name. */
@Injectable()
export class StreamStatistics {
  readonly #counters = new Map<string, StreamCounters>();

  /** The counters of a stream; made when first asked for. */
  of(stream: string): StreamCounters {
    let counters = this.#counters.get(stream);
    if (counters === undefined) {
      counters = new StreamCounters();
      this.#counters.set(stream, counters);
    }
    return counters;
  }

  /** Counts one failure. */
  addFailure(stream: string, method: StreamFunction): void {
    const { failures } = this.of(stream);
    failures.set(method, (failures.get(method) ?? 0) + 1);
  }
}
