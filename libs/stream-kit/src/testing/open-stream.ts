import { requireScopes } from '@fedistream/auth';
import { parseScopes, StreamEvent, type Channel, type Viewer } from '@fedistream/domain';
import type { DepsOf, Stream } from '../declaration/stream.js';
import type { Injected } from '../declaration/stream-declaration.js';
import { StreamDefinition } from '../modules/stream-definition.js';
import type { ModuleIdentity } from '../modules/stream-module.js';
import type { Params } from '../params/param.js';
import { StreamBench, type BenchOptions } from './stream-bench.js';
import type { ReceivedEvent } from './recording-transport.js';

/** What a test asks for, as a client would. */
export interface OpenOptions<P extends Params = Params> extends BenchOptions {
  /** The viewer that opens it; {@link viewer} without arguments when left out. */
  readonly viewer?: Viewer;
  /** Which of the stream's names; the first when left out. */
  readonly name?: string;
  /** Parameters as the client writes them. */
  readonly params?: { readonly [K in keyof P]?: string | readonly string[] };
}

/** What a test gives a stream in place of its providers: as much of each as the stream uses. */
export type FakeDeps<D extends Injected> = keyof D extends never
  ? { readonly deps?: undefined }
  : { readonly deps: DepsOf<D> };

/** An open subscription to the stream under test. */
export interface OpenedStream {
  /** All that has arrived. */
  readonly received: readonly ReceivedEvent[];
  /** The error frames that have arrived, as `status message`. */
  readonly errors: readonly string[];
  /** The channels it listens to now. */
  readonly channels: readonly Channel[];
  /**
   * Publishes, and settles when everything that follows from it has happened. What waits for time in `select` arrives
   * when the time has passed. Under fake timers a decision waits for time, too: let a millisecond more pass where the
   * stream is `per-viewer`.
   */
  publish(channel: Channel, event: string, payload?: unknown): Promise<void>;
  /** Asks `authorize` again, as the server does on its interval and when the platform says `reauthorize`. */
  reauthorize(): Promise<void>;
  /** Leaves. */
  close(): void;
}

/** A viewer for tests: account `1` with the scope `read`, unless said otherwise. */
export function viewer(changes: Partial<Omit<Viewer, 'scopes'>> & { readonly scopes?: string } = {}): Viewer {
  return { accountId: '1', userId: '1', tokenId: '1', ...changes, scopes: parseScopes(changes.scopes ?? 'read') };
}

const underTest: ModuleIdentity = { name: 'under-test', owner: 'team-test', package: 'under-test', version: '0.0.0' };

/**
 * Opens a stream the way the server does, with nothing running: real registry, gate, bus, audience and framing over an
 * in-memory broker and a database without rows. What the stream injects is given in `deps`.
 *
 * @throws StreamingError what a client would be told
 */
export async function openStream<P extends Params, D extends Injected>(
  stream: Stream<P, D>,
  ...[options]: keyof D extends never ? [options?: OpenOptions<P>] : [options: OpenOptions<P> & FakeDeps<D>]
): Promise<OpenedStream> {
  const given: OpenOptions<P> & { readonly deps?: object | undefined } = options ?? {};
  const definition = new StreamDefinition(stream, underTest, { ...given.deps });
  return openDefinition(new StreamBench([definition], undefined, given), definition, given);
}

/** Opens a stream on a bench that exists. @throws StreamingError what a client would be told */
export async function openDefinition(
  bench: StreamBench,
  definition: StreamDefinition,
  options: OpenOptions = {},
): Promise<OpenedStream> {
  const client = bench.connect(options.viewer ?? viewer());
  const name = options.name ?? definition.names[0];
  if (bench.registry.find(name) !== undefined) {
    requireScopes(client.connection.viewer, definition.scopes);
  }
  await bench.gate.subscribe(client.connection, bench.registry.requestByName(name, options.params ?? {}));
  return {
    received: client.received,
    errors: client.errors,
    get channels() {
      return [...bench.broker.channels];
    },
    publish: async (channel, event, payload) => {
      bench.bus.publish(channel, StreamEvent.of(event, payload));
      await turn();
    },
    reauthorize: async () => {
      bench.bus.publish(`timeline:system:${client.connection.viewer.accountId}`, StreamEvent.of('reauthorize'));
      await turn();
    },
    close: () => {
      client.connection.revoke();
    },
  };
}

/** The real one, also in tests that set fake timers later: it passes a turn and tells nothing the time. */
const nextTurn = setImmediate;

/** Decisions take promise steps, never timers, with a store that answers at once: one turn later they are all done. */
function turn(): Promise<void> {
  return new Promise((resolve) => nextTurn(resolve));
}
