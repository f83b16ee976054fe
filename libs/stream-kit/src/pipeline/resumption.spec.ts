import { Audience, AudienceSettings, AudienceStatistics } from '@fedistream/audience';
import { MemoryAudienceStore } from '@fedistream/audience/testing';
import type { HistoryStore, PositionTracker } from '@fedistream/history';
import { describe, expect, it } from 'vitest';
import { channels, stream, text, type AnyStream } from '../index.js';
import { StreamDefinition } from '../modules/stream-definition.js';
import { StreamRegistry } from '../modules/stream-registry.js';
import { viewer } from '../testing/index.js';
import { FailureLog } from './failure-log.js';
import { eventFilter } from './own-code.js';
import { Resumption } from './resumption.js';

const epoch = 'e'.repeat(12);
const since = `${epoch}.${'h'.repeat(16)}`;
const declared = {
  name: 'tags',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  params: { q: text() },
  channels: () => [channels.hashtag('cats'), channels.hashtag('dogs')],
} as const;

/** What a stream remembers by its parameters, as a provider of a team would. */
const seen = new WeakMap<object, Set<string>>();
const isFirst = (params: object, key: string) => {
  const known = seen.get(params) ?? new Set();
  seen.set(params, known);
  return known.size < known.add(key).size;
};
const once = stream({ ...declared, accepts: (event, { params }) => isFirst(params, event.text ?? '') });
const remembering = stream({ ...declared, replayable: false, accepts: () => true });

const identity = { name: 'test', owner: 'team-test', package: 'test', version: '0.0.0' };

/** A node on which a deletion was missed that came on two channels. */
function resume(source: AnyStream) {
  const definition = new StreamDefinition(source, identity, {});
  const registry = new StreamRegistry([definition]);
  const audience = new Audience(new MemoryAudienceStore(), new AudienceSettings(), new AudienceStatistics());
  const failures = new FailureLog(registry.statistics);
  const missed = ['cats', 'dogs'].map((tag, sequence) => ({
    sequence,
    channel: `timeline:hashtag:${tag}`,
    hash: 'AAAAAAAAAAAAAAAA',
    message: Buffer.from('{"event":"delete","payload":"1"}'),
  }));
  const tracker: Pick<PositionTracker, 'fence' | 'recorderAlive'> = {
    recorderAlive: true,
    fence: () => ({
      arrived: Promise.resolve({ order: 2, position: since }),
      acknowledged: Promise.resolve({ fence: 1, epoch, sequence: 2 }),
    }),
  };
  const store: Pick<HistoryStore, 'read'> = { read: () => Promise.resolve({ entries: missed }) };
  const resumption = new Resumption(audience, failures, registry, tracker as PositionTracker, store as HistoryStore);
  const request = definition.request('tags', { q: 'a' });
  return {
    /** What the pipeline of the same request is given as it happens. */
    live: eventFilter(request, failures, registry.statistics),
    begin: () =>
      resumption.begin(
        viewer(),
        request,
        missed.map(({ channel }) => channel),
        { since },
      ),
  };
}

describe('a client that resumes a stream which remembers events by its parameters', () => {
  it('receives each event once', async () => {
    const { recovered, events } = await resume(once).begin();
    expect([recovered, events.map(({ name }) => name)]).toEqual([true, ['delete']]);
  });

  it('receives what the live pipeline of the same request has seen meanwhile', async () => {
    const { live, begin } = resume(once);
    const { events } = await begin();
    expect(events.map((event) => live?.(event))).toEqual([true]);
    expect((await begin()).events).toHaveLength(1);
  });
});

it('a client that resumes a stream which is not replayable is told that something may be missing', async () => {
  expect(await resume(remembering).begin()).toMatchObject({ recovered: false, events: [] });
});
