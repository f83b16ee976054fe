import type { Published } from './traffic.js';

/** What the oracle asks of a client. */
export interface Receiver {
  /** All that it received, in the order of arrival. */
  readonly events: readonly { readonly payload?: string }[];
  /** When it was last told that it missed events; `-Infinity` if never. */
  readonly toldAtMs: number;
}

/** What a client was given, against everything that was published for its stream. */
export interface Outcome {
  /** Events that it should have received. */
  readonly published: number;
  /** Events that it did not receive, whether it was told so or not. */
  readonly lost: number;
  /** Of these, the ones that it was not told of. */
  readonly untold: number;
  /** Events that it received more than once. */
  readonly repeated: number;
  /** Events that it may not see. */
  readonly leaked: number;
  /** Events that came behind a later one. */
  readonly reordered: number;
}

/** The sum of outcomes. */
export function sumOf(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce(
    (sum, one) => ({
      published: sum.published + one.published,
      lost: sum.lost + one.lost,
      untold: sum.untold + one.untold,
      repeated: sum.repeated + one.repeated,
      leaked: sum.leaked + one.leaked,
      reordered: sum.reordered + one.reordered,
    }),
    { published: 0, lost: 0, untold: 0, repeated: 0, leaked: 0, reordered: 0 },
  );
}

/**
 * Compares what a client has received with what was published for its stream.
 *
 * @param published all events, of all streams, in order
 */
export function outcomeOf(client: Receiver, stream: string, published: readonly Published[]): Outcome {
  const own = published.filter((event) => event.stream === stream && !event.forbidden);
  const place = new Map(own.map(({ id }, index) => [id, index]));
  const forbidden = new Set(published.filter((event) => event.forbidden).map(({ id }) => id));
  const received = client.events.map(
    ({ payload = '{}' }) => (JSON.parse(payload) as { readonly id?: string }).id ?? '',
  );
  const seen = new Set<string>();
  let [repeated, reordered, last] = [0, 0, -1];
  for (const id of received) {
    const at = place.get(id) ?? -1;
    if (seen.has(id)) {
      repeated += 1;
    } else if (at >= 0) {
      reordered += at < last ? 1 : 0;
      last = Math.max(last, at);
    }
    seen.add(id);
  }
  const lost = own.filter(({ id }) => !seen.has(id));
  return {
    published: own.length,
    lost: lost.length,
    untold: lost.filter(({ atMs }) => atMs > client.toldAtMs).length,
    repeated,
    leaked: received.filter((id) => forbidden.has(id) || !place.has(id)).length,
    reordered,
  };
}
