import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openTestEnvironment, type RedisTestEnvironment } from '../support/index.js';
import { Canary } from './canary.js';
import { Corpus } from './corpus.js';
import { fuzzHttp } from './fuzz-http.js';
import { fuzzRedis } from './fuzz-redis.js';
import { fuzzWebSocket } from './fuzz-websocket.js';

/** `npm run test:fuzz` sets it: how many inputs in all. FUZZ_SEED repeats a run, and takes another seed each time if absent. */
const wanted = process.env['FUZZ_INPUTS'];
const isLongForm = wanted !== undefined;
const inputs = Number(wanted ?? 6_000);
/** In every `npm test` the same inputs: a test that fails must fail again. */
const seed = Number(process.env['FUZZ_SEED'] ?? (isLongForm ? Date.now() % 2 ** 31 : 1));

describe(`random inputs, seed ${seed}`, { timeout: 7_200_000 }, () => {
  let environment: RedisTestEnvironment;
  let canary: Canary;

  beforeAll(async () => {
    // The budgets have tests of their own: here every input has to be read.
    environment = await openTestEnvironment({
      env: { MAX_MESSAGES_PER_SECOND: '1000000', MAX_MESSAGES_PER_SECOND_PER_ACCOUNT: '1000000' },
    });
    canary = await Canary.open(environment);
  });

  afterAll(async () => {
    await canary.close();
    expect(environment.server.running).toBe(true);
    await environment.stop();
  });

  afterEach(async () => {
    await canary.check();
    expect(await canary.bugs()).toEqual([]);
    tell('slowest canary, ms', Math.round(canary.slowestMs));
  });

  const check = () => canary.check();

  it('from Redis leave as the same events over both transports, without a forged line or a private status', async () => {
    const corpus = new Corpus('redis');
    const count = await fuzzRedis(environment, corpus, { seed, inputs: Math.round(inputs * 0.75), check });
    expect(count.events).toBeGreaterThan(0);
    tell('Redis messages', count.inputs, 'events', count.events);
    grow(corpus);
  });

  it('over WebSockets are answered or end their own connection', async () => {
    const corpus = new Corpus('websocket');
    tell(
      'WebSocket inputs',
      await fuzzWebSocket(environment, corpus, { seed, inputs: Math.round(inputs * 0.15), check }),
    );
    grow(corpus);
  });

  it('over HTTP get a known answer that tells nothing internal, or end their own connection', async () => {
    const corpus = new Corpus('http');
    tell('HTTP inputs', await fuzzHttp(environment, corpus, { seed, inputs: Math.round(inputs * 0.1), check }));
    grow(corpus);
  });
});

function tell(...parts: readonly (string | number)[]): void {
  if (isLongForm) {
    process.stdout.write(`fuzz: ${parts.join(' ')}\n`);
  }
}

/** Only the long form changes files. */
function grow(corpus: Corpus): void {
  if (isLongForm) {
    tell('added to the corpus:', corpus.added);
    corpus.save();
  }
}
