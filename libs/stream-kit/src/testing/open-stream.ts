import {
  Audience,
  AudienceSettings,
  AudienceStatistics,
  AudienceStore,
  type AudienceFacts,
  type FilterRecord,
} from '@fedistream/audience';
import { requireScopes } from '@fedistream/auth';
import { Connection, DeliverySettings, DeliveryStatistics } from '@fedistream/delivery';
import { parseScopes, StreamEvent, type Channel, type Viewer } from '@fedistream/domain';
import { BusStatistics, EventBus } from '@fedistream/event-bus';
import { StreamDefinition } from '../stream-definition.js';
import { StreamGate } from '../stream-gate.js';
import { StreamFanouts } from '../stream-fanouts.js';
import { StreamRegistry } from '../stream-registry.js';
import { namesOf } from '../stream-declaration.js';
import type { StreamSource } from '../stream.js';
import { SubscribedChannels } from './subscribed-channels.js';
import { recordingTransport, type ReceivedEvent } from './recording-transport.js';

/** What a test asks for, as a client would. */
export interface OpenOptions {
  /** Who opens it; {@link viewer} without arguments when left out. */
  readonly viewer?: Viewer;
  /** Which of the stream's names; the first when left out. */
  readonly name?: string;
  /** Parameters as the client writes them. */
  readonly params?: Readonly<Record<string, string>>;
}

/** An open subscription to the stream under test. */
export interface OpenedStream {
  /** All that has arrived. */
  readonly received: readonly ReceivedEvent[];
  /** The channels it listens to now. */
  readonly channels: readonly Channel[];
  /**
   * Publishes, and settles when everything that follows from it has happened. What waits for time in `select` arrives
   * when the time has passed. Under fake timers a decision waits for time, too: let a millisecond more pass where the
   * stream is `per-viewer`.
   */
  publish(channel: Channel, event: string, payload?: unknown): Promise<void>;
  /** Leaves. */
  close(): void;
}

/** A viewer for tests: account `1` with the scope `read`, unless said otherwise. */
export function viewer(changes: Partial<Omit<Viewer, 'scopes'>> & { readonly scopes?: string } = {}): Viewer {
  return { accountId: '1', userId: '1', tokenId: '1', ...changes, scopes: parseScopes(changes.scopes ?? 'read') };
}

/**
 * Opens a stream the way the server does, with nothing running: real registry, gate, bus, audience and framing over an
 * in-memory broker and an empty database. Streams that need ports get {@link listsOf} and {@link rolesOf} in their constructor.
 *
 * @throws StreamingError what a client would be told
 */
export async function openStream(source: StreamSource<never>, options: OpenOptions = {}): Promise<OpenedStream> {
  const definition = new StreamDefinition(source);
  const who = options.viewer ?? viewer();
  const registry = new StreamRegistry([definition]);
  const name = options.name ?? namesOf(definition.declaration)[0];
  if (registry.find(name) !== undefined) {
    requireScopes(who, definition.scopes);
  }
  const request = registry.requestByName(name, options.params ?? {});
  const broker = new SubscribedChannels();
  const bus = new EventBus(broker, new BusStatistics());
  const audience = new Audience(
    new EmptyAudienceStore(),
    // Nothing waits for company, so that what is published has arrived a turn later.
    new AudienceSettings({ maxGatherMs: 0 }),
    new AudienceStatistics(),
  );
  const received: ReceivedEvent[] = [];
  const connection = new Connection(who, recordingTransport(received), {
    settings: new DeliverySettings(),
    statistics: new DeliveryStatistics(),
    closed: () => undefined,
  });
  await new StreamGate(new StreamFanouts(bus, audience)).subscribe(connection, request);
  return {
    received,
    get channels() {
      return [...broker.channels];
    },
    publish: async (channel, event, payload) => {
      bus.publish(channel, StreamEvent.of(event, payload));
      await turn();
    },
    close: () => {
      connection.revoke();
    },
  };
}

/** The real one, also in tests that set fake timers later: it passes a turn and tells nobody the time. */
const nextTurn = setImmediate;

/** Decisions take promise steps, never timers, with a store that answers at once: one turn later they are all done. */
function turn(): Promise<void> {
  return new Promise((resolve) => nextTurn(resolve));
}

/** A database in which nobody has blocked, muted, filtered or chosen anything. */
class EmptyAudienceStore extends AudienceStore {
  override facts(): Promise<AudienceFacts> {
    return Promise.resolve({ hiddenFrom: new Set(), otherLanguage: new Set(), feedAccess: new Map() });
  }

  override feedAccess(): Promise<ReadonlyMap<string, string>> {
    return Promise.resolve(new Map());
  }

  override mayViewClosedFeeds(): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set());
  }

  override filters(): Promise<ReadonlyMap<string, readonly FilterRecord[]>> {
    return Promise.resolve(new Map());
  }
}
