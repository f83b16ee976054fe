import fc from 'fast-check';
import { anyRequest } from '../failures/any-input.js';
import { RawConnection, streamingPath, until, type TestEnvironment } from '../support/index.js';
import type { Corpus } from './corpus.js';
import { mutated } from './mutations.js';

const sideBySide = 32;
const perRound = 320;
/** Every status that the server may answer with; 503 only while it is not ready, so not here. */
const statuses = new Set([100, 101, 200, 204, 400, 401, 404, 405, 408, 417, 429, 431]);
const internal = /node_modules|at \w+ \(|\bselect\b.*\bfrom\b|ECONN|ioredis/i;

/**
 * Sends random requests and bytes, each in a connection of its own that is ended behind it. Each MUST be answered with a known
 * status, or closed, and no answer may tell anything internal.
 *
 * @returns how many inputs were sent
 */
export async function fuzzHttp(
  { server, fixtures }: TestEnvironment,
  corpus: Corpus,
  options: { readonly seed: number; readonly inputs: number; readonly check: () => Promise<void> },
): Promise<number> {
  const { token } = await fixtures.viewer();
  const request = fc.tuple(anyRequest, fc.boolean()).map(([{ path, query, header }, known]) => {
    const search = query.map((pair) => pair.join('=')).join('&');
    const head = `GET ${streamingPath}/${path}?${search} HTTP/1.1\r\nHost: x\r\n`;
    return Buffer.from(
      `${head}Authorization: ${known ? `Bearer ${token}` : header}\r\nX-Request-Id: ${header}\r\n\r\n`,
      'latin1',
    );
  });
  const known = corpus.entries.map((entry) =>
    Buffer.from(entry.toString('latin1').replaceAll('TOKEN', token), 'latin1'),
  );
  const input = fc.oneof(request, mutated(known), mutated(known));
  let sent = 0;
  for (let seed = options.seed; sent < options.inputs; seed++) {
    const inputs = fc.sample(input, { seed, numRuns: Math.min(perRound, options.inputs - sent) });
    for (let at = 0; at < inputs.length; at += sideBySide) {
      await Promise.all(
        inputs.slice(at, at + sideBySide).map(async (bytes) => {
          const answer = await answerTo(server.port, bytes, seed);
          const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
          if (status !== 0 && !statuses.has(status)) {
            throw new Error(`Seed ${seed}: ${status} for ${JSON.stringify(bytes.toString('latin1'))}`);
          }
          // Behind it, pipelined requests may be answered, also with the metrics.
          const [first = ''] = answer.split(/(?<=.)(?=HTTP\/1\.1 \d)/s);
          if (status >= 400 && internal.test(first)) {
            throw new Error(`Seed ${seed}: an answer tells something internal: ${answer}`);
          }
          const message = /"error":"[^"]{1,60}"/.exec(answer)?.[0] ?? '';
          corpus.note(
            `${status} ${message}`,
            Buffer.from(bytes.toString('latin1').replaceAll(token, 'TOKEN'), 'latin1'),
          );
        }),
      );
    }
    sent += inputs.length;
    await options.check();
  }
  return sent;
}

async function answerTo(port: number, bytes: Buffer, seed: number): Promise<string> {
  const connection = await RawConnection.open(port);
  let closed = false;
  void connection.closed.then(() => {
    closed = true;
  });
  connection.write(bytes);
  connection.end();
  await until(
    `seed ${seed}: ${JSON.stringify(bytes.toString('latin1')).slice(0, 500)} is answered or closed`,
    () => closed || connection.bytes.includes('\r\n\r\n'),
  );
  connection.destroy();
  return connection.bytes.toString('latin1');
}
