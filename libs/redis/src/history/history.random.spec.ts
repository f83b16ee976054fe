import { scopedPosition, scopeOf } from '@fedistream/history';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { redisUrl, withoutRedis } from '../testing/redis-url.js';
import { HistoryTrial, type TrialResume } from '../testing/history-trial.js';

/** Resumes to check: `npm run test:history` sets 2,000. Without it the test is skipped, because history is off by default and a run takes minutes. */
const rounds = Number(process.env['HISTORY_ROUNDS'] ?? 0);
const channels = ['timeline:1', 'timeline:1:notifications', 'timeline:public'];
const bounds = { entries: 15, bytes: 20_000 };

/** Few different texts, so that equal messages are frequent. */
const text = fc.nat(40).map((number) => `message ${number}${'x'.repeat(number * 7)}`);
const publish = fc.record({
  kind: fc.constant('publish' as const),
  channel: fc.constantFrom(...channels),
  texts: fc.array(text, { minLength: 1, maxLength: 8 }),
});
const resume = fc.record({
  kind: fc.constant('resume' as const),
  back: fc.nat(20),
  stream: fc.constantFrom(channels.slice(0, 2), channels.slice(0, 1), channels.slice(2)),
  waits: fc.boolean(),
});
const disturbance = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'none' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('stall' as const), ms: fc.integer({ min: 1, max: 2_500 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'close' as const, 'cut' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('evict' as const),
      key: fc.constantFrom('channels', 's:timeline:1', 'i:timeline:public'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('leave' as const), channel: fc.constantFrom(...channels.slice(0, 2)) }),
  },
);
const phase = fc.record({
  calm: fc.integer({ min: 0, max: 9 }).map((number) => number < 8),
  before: fc.array(publish, { maxLength: 3 }),
  disturbance,
  after: fc.array(fc.oneof(publish, resume), { minLength: 3, maxLength: 8 }),
});
type Phase = typeof phase extends fc.Arbitrary<infer T> ? T : never;
type Action = Phase['after'][number];

const results = { checked: 0, recovered: 0, replayed: 0, repeated: 0, gaps: new Map<string, number>() };

Logger.overrideLogger(false);

/** The oracle: exactly what was missed, or a gap. More only where the position's own message was published again. */
function check({ answer, missed }: TrialResume): void {
  results.checked += 1;
  if ('gap' in answer) {
    results.gaps.set(answer.gap, (results.gaps.get(answer.gap) ?? 0) + 1);
    return;
  }
  const texts = answer.entries.map(({ message }) => message.toString());
  results.recovered += 1;
  results.replayed += texts.length;
  results.repeated += texts.length - missed.length;
  expect(texts.slice(Math.max(0, texts.length - missed.length))).toEqual(missed);
}

async function act(trial: HistoryTrial, action: Action, running: Promise<void>[]): Promise<void> {
  if (action.kind === 'publish') {
    await trial.publish(action.channel, ...action.texts);
    return;
  }
  const { stream, back, waits } = action;
  const own = trial.node.received.filter(
    ({ channel, text: own, position }) =>
      position !== undefined && (stream.includes(channel) || own.startsWith('{"event":"fence"')),
  );
  // The client has left after this message: equal ones that follow, it has not received.
  const seen = own.at(-1 - back) ?? own[0];
  if (seen?.position !== undefined) {
    // A client is told the position of a marker for the channels of its stream.
    const isMarker = !stream.includes(seen.channel);
    const position = isMarker ? scopedPosition(seen.position, scopeOf(stream)) : seen.position;
    running.push(trial.resume(position, stream, seen).then(check));
  }
  if (waits) {
    await Promise.all(running);
  }
}

async function disturb(trial: HistoryTrial, what: Phase['disturbance']): Promise<void> {
  const leader = trial.recorders.find(({ recorder }) => recorder.leading) ?? trial.recorders[0];
  if (what.kind === 'stall') {
    leader?.proxy.stall();
    setTimeout(() => leader?.proxy.resume(), what.ms);
  } else if (what.kind === 'cut') {
    leader?.proxy.cut();
  } else if (what.kind === 'evict') {
    await trial.publisher.del(`${trial.prefix}history:${trial.node.tracker.epoch ?? ''}:${what.key}`);
  } else if (what.kind === 'leave') {
    await trial.publisher.del(`${trial.prefix}subscribed:${what.channel}`);
  } else if (what.kind !== 'none' && leader !== undefined) {
    // A standby may be closing its connections still: it ends when the trial does.
    void leader.recorder[what.kind]();
    trial.recorders.splice(trial.recorders.indexOf(leader), 1);
    trial.ended.push(leader);
    await trial.recorder();
  }
}

async function run(phases: readonly Phase[]): Promise<void> {
  const trial = await HistoryTrial.begin(redisUrl, channels, { privateChannel: bounds, publicChannel: bounds });
  try {
    await Promise.all([trial.recorder(), trial.recorder()]);
    await trial.led();
    for (const { calm, before, disturbance: what, after } of phases) {
      const running: Promise<void>[] = [];
      if (calm) {
        await trial.calm();
      }
      for (const action of before) {
        await act(trial, action, running);
      }
      await disturb(trial, what);
      for (const action of after) {
        await act(trial, action, running);
      }
      await Promise.all(running);
    }
  } finally {
    await trial.end();
  }
}

describe.skipIf(withoutRedis || rounds === 0)('whatever happens to recorders, connections and keys', () => {
  afterAll(() => {
    const { gaps, ...counts } = results;
    console.log(JSON.stringify({ ...counts, gaps: Object.fromEntries(gaps) }));
  });

  it('a resume is given everything that was missed, in order, or is told that it cannot be', async () => {
    vi.setConfig({ testTimeout: 0 });
    while (results.checked < rounds) {
      // Shrinking would repeat minutes of work; the seed is in the message.
      await fc.assert(fc.asyncProperty(fc.array(phase, { minLength: 4, maxLength: 8 }), run), {
        numRuns: 1,
        endOnFailure: true,
      });
    }
    // The promise is worth nothing if hardly any resume is recovered.
    expect(results.recovered).toBeGreaterThan(results.checked / 2);
  }, 7_200_000);
});
