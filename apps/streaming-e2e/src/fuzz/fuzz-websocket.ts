import fc from 'fast-check';
import { clientFrame, openRawWebSocket } from '../conformance/raw-websocket.js';
import { anyClientMessage, anyFrame } from '../failures/any-input.js';
import { until, type TestEnvironment } from '../support/index.js';
import type { Corpus } from './corpus.js';
import { mutated } from './mutations.js';

const perConnection = 40;
const sideBySide = 16;
const pong = 0x8a;

/** The frames of the server, by opcode, with their payloads. */
export function* framesIn(bytes: Buffer): Generator<{ readonly head: number; readonly payload: Buffer }> {
  for (let at = 0; at + 2 <= bytes.length;) {
    const [head = 0, short = 0] = bytes.subarray(at);
    const wide = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (at + 2 + wide > bytes.length) {
      return;
    }
    const length = wide === 0 ? short : wide === 2 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    yield { head, payload: bytes.subarray(at + 2 + wide, at + 2 + wide + length) };
    at += 2 + wide + length;
  }
}

/**
 * Sends random frames and bytes over many WebSockets. Each MUST be answered: by the pong of a last ping, or by a close.
 *
 * @returns how many inputs were sent
 */
export async function fuzzWebSocket(
  { server, fixtures }: TestEnvironment,
  corpus: Corpus,
  options: { readonly seed: number; readonly inputs: number; readonly check: () => Promise<void> },
): Promise<number> {
  const { token } = await fixtures.viewer();
  const framed = (message: Buffer) => ({ message, bytes: clientFrame(message) });
  const input = fc.oneof(
    anyFrame.map((bytes) => ({ message: bytes, bytes })),
    anyClientMessage.map((message) => framed(Buffer.from(message))),
    mutated(corpus.entries).map((message) => framed(message.subarray(0, 4_000))),
    mutated(corpus.entries).map((message) => framed(message.subarray(0, 4_000))),
  );
  let sent = 0;
  for (let seed = options.seed; sent < options.inputs; seed++) {
    const count = Math.min(perConnection * sideBySide, options.inputs - sent);
    const inputs = fc.sample(input, { seed, numRuns: count });
    await Promise.all(
      Array.from({ length: Math.ceil(count / perConnection) }, async (_, index) => {
        const block = inputs.slice(index * perConnection, (index + 1) * perConnection);
        // One connection of each round sends a single input, so that the behaviour is known to be its.
        const own = index === 0 ? block.slice(0, 1) : block;
        sent += own.length;
        const connection = await openRawWebSocket(server, token, index % 2 === 0 ? '&stream=user' : '');
        const start = connection.bytes.indexOf('\r\n\r\n') + 4;
        let closed = false;
        void connection.closed.then(() => {
          closed = true;
        });
        for (const { bytes } of own) {
          connection.write(bytes);
        }
        // A frame before it may have swallowed it: then the end of the connection is the answer.
        connection.write(clientFrame('last', { opcode: 9 }));
        connection.end();
        const frames = () => [...framesIn(connection.bytes.subarray(start))];
        await until(
          `seed ${seed}: the WebSocket is answered or closed`,
          () => closed || frames().some(({ head, payload }) => head === pong && payload.toString() === 'last'),
        );
        const [only, ...others] = own;
        if (only !== undefined && others.length === 0) {
          corpus.note(frames().map(behaviourOf).slice(0, 3).join(), only.message);
        }
        connection.destroy();
      }),
    );
    await options.check();
  }
  return sent;
}

function behaviourOf({ head, payload }: { readonly head: number; readonly payload: Buffer }): string {
  if (head === 0x88) {
    return `close ${payload.length >= 2 ? payload.readUInt16BE(0) : ''}`;
  }
  return head === 0x81 ? (/"error":"[^"]{1,60}"/.exec(payload.toString())?.[0] ?? 'text') : `frame ${head}`;
}
