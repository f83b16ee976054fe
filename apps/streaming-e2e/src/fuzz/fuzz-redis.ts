import { decode, MalformedMessage } from '@fedistream/event-bus';
import fc from 'fast-check';
import { anyMessage } from '../failures/any-input.js';
import {
  eventStream,
  receivedBeforeFence,
  webSocket,
  type ReceivedEvent,
  type RedisTestEnvironment,
} from '../support/index.js';
import type { Corpus } from './corpus.js';
import { mutated } from './mutations.js';

const batch = 250;
/** What the server writes; a carriage return ends a line as well. */
const linesOfAnEvent = /^(?:(?:event|data|id): [^\r]*|:[^\r]*|)$/;
const notPublic = new Set(['private', 'direct']);

/** An event in the form common to both transports: one kind of line break, always data, no lone surrogates. */
function shown({ event, payload }: ReceivedEvent): string {
  const inUtf8 = (text: string) => Buffer.from(text).toString();
  return JSON.stringify([inUtf8(event), inUtf8((payload ?? '{}').replace(/\r\n?/g, '\n'))]);
}

/** Members that hold a status. A status in the text of any other member is what its author wrote. */
const statusMembers = new Set([undefined, 'reblog', 'quote', 'quoted_status', 'status', 'last_status']);

/**
 * Whether a status that is not public stands anywhere in a value, also in a text that is JSON where a status belongs.
 *
 * @param member whose value it is; `undefined` for the payload itself
 */
export function showsPrivateStatus(value: unknown, member?: string): boolean {
  if (typeof value === 'string' && statusMembers.has(member) && /^\s*[[{]/.test(value)) {
    try {
      return showsPrivateStatus(JSON.parse(value), member);
    } catch {
      return false;
    }
  }
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const { visibility, account } = value as { readonly visibility?: unknown; readonly account?: unknown };
  return (
    (typeof visibility === 'string' && notPublic.has(visibility) && account !== undefined) ||
    Object.entries(value).some(([name, nested]) => showsPrivateStatus(nested, Array.isArray(value) ? member : name))
  );
}

/** How the decoder takes a message, without what varies between messages that are alike. */
function behaviourOf(message: Buffer): string {
  const event = decode(message);
  if (event instanceof MalformedMessage) {
    return `malformed ${event.reason}`;
  }
  const { payload } = event;
  const kind = Array.isArray(payload) ? 'array' : payload === null ? 'null' : typeof payload;
  const members = kind === 'object' ? Object.keys(payload as object).filter((name) => /^[a-z_]{1,18}$/.test(name)) : [];
  return `${event.name.slice(0, 20)} ${kind} ${event.bytes === undefined ? 'text' : 'bytes'} ${members.sort().slice(0, 4).join()}`;
}

/**
 * Publishes random messages on home and public channels and on control channels. What comes out MUST be the same over both
 * transports, MUST hold no line that the server did not write, and on the public stream no status that is not public.
 *
 * @returns how many messages were published
 */
export async function fuzzRedis(
  environment: RedisTestEnvironment,
  corpus: Corpus,
  options: { readonly seed: number; readonly inputs: number; readonly check: () => Promise<void> },
): Promise<{ readonly inputs: number; readonly events: number }> {
  const { server, publisher, fixtures } = environment;
  const viewer = await fixtures.viewer();
  const streams = [
    { stream: 'user', channel: `timeline:${viewer.account.id}` },
    { stream: 'public', channel: 'timeline:public' },
  ];
  const channels = [
    ...streams.map(({ channel }) => channel),
    `timeline:system:${viewer.account.id}`,
    'timeline:system:',
  ];
  const message = fc.tuple(
    fc.constantFrom(...channels),
    fc.oneof(anyMessage, mutated(corpus.entries), mutated(corpus.entries)),
  );
  let [inputs, events] = [0, 0];
  for (let seed = options.seed; inputs < options.inputs; seed++) {
    // New connections for each few batches: clients keep all that they received.
    const pairs = await Promise.all(
      streams.map(async (wanted) => ({
        ...wanted,
        overEventStream: await eventStream.open(server, publisher, { token: viewer.token, ...wanted }),
        overWebSocket: await webSocket.open(server, publisher, { token: viewer.token, ...wanted }),
      })),
    );
    for (const sample of chunks(
      fc.sample(message, { seed, numRuns: Math.min(batch * 20, options.inputs - inputs) }),
      batch,
    )) {
      const pipeline = publisher.client.pipeline();
      for (const [channel, bytes] of sample) {
        // A kill is obeyed: these are for the conformance tests.
        if (!(channel.startsWith('timeline:system') && bytes.includes('kill'))) {
          pipeline.publish(publisher.prefixed(channel), bytes);
          corpus.note(behaviourOf(bytes), bytes);
        }
      }
      await pipeline.exec();
      inputs += sample.length;
      for (const { stream, channel, overEventStream, overWebSocket } of pairs) {
        const one = await receivedBeforeFence(overEventStream, publisher, channel);
        const other = await overWebSocket.takeUntil(({ event }) => event === 'fence');
        const [shownOne, shownOther] = [one.map(shown).join('\n'), other.map(shown).join('\n')];
        if (shownOne !== shownOther) {
          throw new Error(`Seed ${seed}: the transports differ:\n${shownOne}\n---\n${shownOther}`.slice(0, 4_000));
        }
        for (const event of one) {
          const forged = event.raw.split('\n').find((line) => !linesOfAnEvent.test(line));
          if (forged !== undefined) {
            throw new Error(`Seed ${seed}: a forged line: ${JSON.stringify(event.raw)}`.slice(0, 4_000));
          }
          if (stream === 'public' && event.event.endsWith('update') && showsPrivateStatus(event.payload)) {
            throw new Error(`Seed ${seed}: a private status on the public stream: ${event.raw}`.slice(0, 4_000));
          }
        }
        events += one.length;
      }
      await options.check();
    }
    await Promise.all(pairs.flatMap((pair) => [pair.overEventStream.close(), pair.overWebSocket.close()]));
  }
  return { inputs, events };
}

function chunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}
