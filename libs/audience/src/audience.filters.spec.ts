import { Logger } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import type { FilterRecord } from './filters/filter-record.js';
import { AudienceTrial } from './testing/audience-trial.js';
import { statusOf } from './testing/index.js';

Logger.overrideLogger(false);

const hour = 3_600_000;

function filterOf(accountId: string, changes: Partial<FilterRecord> = {}): FilterRecord & { accountId: string } {
  return {
    accountId,
    id: '1',
    title: 'Cats',
    context: ['home', 'public'],
    expiresAt: null,
    action: 'warn',
    keywords: [{ keyword: 'cat', wholeWord: true }],
    statusIds: [],
    ...changes,
  };
}

function trialWith(...filters: ReturnType<typeof filterOf>[]): AudienceTrial {
  const trial = new AudienceTrial();
  trial.tables.filters.push(...filters);
  return trial;
}

const aboutCats = statusOf({ content: '<p>A <b>Cat</b>, another cat</p>' });

/** What account 5 is told. */
async function filteredFor(trial: AudienceTrial, status = aboutCats): Promise<unknown> {
  const { 5: received } = await trial.publish(['5', '6'], status);
  return (received as { filtered: unknown }).filtered;
}

describe('filter results', () => {
  it('have the members of FilterResult, in their order, behind what was published', async () => {
    const trial = trialWith(filterOf('5', { expiresAt: Date.UTC(2101, 8, 20, 17, 27, 39, 296) }));
    const chain = trial.chain(['5', '6']);
    const published =
      '{"id":"1","visibility":"public","account":{"id":"900","username":"a","acct":"a"},"content":"Cat"';
    chain.publish('update', `${published}}`);
    await chain.fence();
    const results =
      '[{"filter":{"id":"1","title":"Cats","context":["home","public"],"expires_at":"2101-09-20T17:27:39.296Z",' +
      '"filter_action":"warn"},"keyword_matches":["Cat"],"status_matches":null}]';
    expect(chain.selections[0]?.for('5')?.text).toBe(`${published},"filtered":${results}}`);
    expect(chain.selections[0]?.for('6')?.text).toBe(`${published},"filtered":[]}`);
  });

  it('hold the first match of a filter only, as it is written in the status', async () => {
    const keywords = ['another', 'b cat', 'cat', 'A Cat'].map((keyword) => ({ keyword, wholeWord: true }));
    expect(await filteredFor(trialWith(filterOf('5', { keywords })))).toMatchObject([{ keyword_matches: ['A Cat'] }]);
  });

  it('prefer the keyword that comes first where several match at one place', async () => {
    const keywords = ['ca', 'cat', 'c'].map((keyword) => ({ keyword, wholeWord: false }));
    expect(await filteredFor(trialWith(filterOf('5', { keywords })))).toMatchObject([{ keyword_matches: ['Ca'] }]);
  });

  it('tell every filter that matches, in the order of the filters, whatever its context', async () => {
    const trial = trialWith(
      filterOf('5', { id: '3', context: ['thread'] }),
      filterOf('5', { id: '1', keywords: [{ keyword: 'dog', wholeWord: false }] }),
      filterOf('5', { id: '2', context: ['home'] }),
    );
    expect(await filteredFor(trial)).toMatchObject([{ filter: { id: '3' } }, { filter: { id: '2' } }]);
  });

  it.each(['warn', 'hide', 'blur'] as const)('tell the action: %s', async (action) => {
    expect(await filteredFor(trialWith(filterOf('5', { action })))).toMatchObject([
      { filter: { filter_action: action } },
    ]);
  });

  it('come from filters that have not expired', async () => {
    expect(await filteredFor(trialWith(filterOf('5', { expiresAt: Date.now() + hour })))).toHaveLength(1);
    expect(await filteredFor(trialWith(filterOf('5', { expiresAt: Date.now() - 1 })))).toEqual([]);
  });

  it('bear moments that no date can tell', async () => {
    expect(await filteredFor(trialWith(filterOf('5', { expiresAt: Infinity })))).toMatchObject([
      { filter: { expires_at: null } },
    ]);
    expect(await filteredFor(trialWith(filterOf('5', { expiresAt: -Infinity })))).toEqual([]);
  });

  it('tell the status that a filter names, and the one it boosts', async () => {
    const filter = filterOf('5', { keywords: [], statusIds: ['110000000000000002', '110000000000000001', '3'] });
    const named = statusOf({ id: '110000000000000001' });
    expect(await filteredFor(trialWith(filter), named)).toMatchObject([
      { keyword_matches: null, status_matches: ['110000000000000001'] },
    ]);
    const boosting = statusOf({ id: '110000000000000001', reblog: statusOf({ id: '110000000000000002' }) });
    expect(await filteredFor(trialWith(filter), boosting)).toMatchObject([
      { keyword_matches: null, status_matches: ['110000000000000001', '110000000000000002'] },
    ]);
    expect(await filteredFor(trialWith(filter), statusOf({ id: '110000000000000009' }))).toEqual([]);
  });

  it('tell both kinds of matches of one filter', async () => {
    const filter = filterOf('5', { statusIds: ['110000000000000001'] });
    expect(await filteredFor(trialWith(filter))).toMatchObject([
      { keyword_matches: ['Cat'], status_matches: ['110000000000000001'] },
    ]);
  });

  it('come from what a boost shows', async () => {
    const boost = statusOf({ content: '<p>dog</p>', reblog: aboutCats });
    expect(await filteredFor(trialWith(filterOf('5')), boost)).toHaveLength(1);
    const other = statusOf({ content: '<p>cat</p>', reblog: statusOf({ content: '<p>dog</p>' }) });
    expect(await filteredFor(trialWith(filterOf('5')), other)).toEqual([]);
  });

  it.each([[], [{ any: 'thing' }], null])('of the publisher stay as they are: %j', async (filtered) => {
    const trial = trialWith(filterOf('5'));
    expect(await filteredFor(trial, { ...aboutCats, filtered })).toEqual(filtered);
    expect(trial.store.asked).not.toContain('filters');
  });

  it('are not made by keywords without text', async () => {
    expect(await filteredFor(trialWith(filterOf('5', { keywords: [{ keyword: '', wholeWord: false }] })))).toEqual([]);
  });

  it('of filters that nobody can use are none, and keep nothing from anybody', async () => {
    const broken = filterOf('6', { keywords: null as unknown as [] });
    const trial = trialWith(filterOf('5'), broken);
    const received = await trial.publish(['5', '6'], aboutCats);
    expect(received).toMatchObject({ 5: { filtered: [{}] }, 6: { filtered: [] } });
  });
});

describe('what one viewer receives', () => {
  it('never reaches another: each has the results of their own filters', async () => {
    const trial = trialWith(
      filterOf('5', { id: '50', title: 'secret of five' }),
      filterOf('6', { id: '60', title: 'secret of six' }),
    );
    const chain = trial.chain(['5', '6', '7']);
    for (let round = 0; round < 3; round++) {
      chain.publish('update', aboutCats);
    }
    await chain.fence();
    const all = (id: string) => JSON.stringify(chain.receivedBy(id));
    expect(all('5')).toContain('secret of five');
    expect(all('6')).toContain('secret of six');
    expect(all('5')).not.toContain('six');
    expect(all('6')).not.toContain('five');
    expect(all('7')).not.toContain('secret');
  });

  it('is the same object for all who are told the same, so that its bytes are made once', async () => {
    const same = filterOf('5');
    const trial = trialWith(same, { ...same, accountId: '6' }, filterOf('7', { id: '2' }));
    const chain = trial.chain(['5', '6', '7', '8', '9']);
    chain.publish('update', aboutCats);
    await chain.fence();
    const [selection] = chain.selections;
    expect(selection?.for('5')).toBe(selection?.for('6'));
    expect(selection?.for('7')).not.toBe(selection?.for('6'));
    expect(selection?.for('8')).toBe(selection?.for('9'));
    expect(selection?.for('8')).toBe(selection?.for('8'));
  });

  it('does not grow with what one account looks for: what is too much does not count', async () => {
    const keywords = ['cat', ...Array.from({ length: 40 }, (_, index) => `${'x'.repeat(500)}${index}`), 'another'];
    const trial = trialWith(
      filterOf('5', { keywords: keywords.map((keyword) => ({ keyword, wholeWord: false })) }),
      filterOf('5', { id: '2', keywords: [{ keyword: 'cat', wholeWord: true }] }),
      filterOf('6', { id: '3' }),
    );
    const { 5: own, 6: other } = (await trial.publish(['5', '6'], aboutCats)) as Record<string, { filtered: object[] }>;
    expect(own?.filtered).toMatchObject([{ filter: { id: '1' }, keyword_matches: ['Cat'] }]);
    expect(other?.filtered).toMatchObject([{ filter: { id: '3' } }]);
    expect(trial.statistics.keywords).toBeLessThan(40);
  });

  it('cannot be changed by anybody', async () => {
    const trial = trialWith(filterOf('5'));
    const received = await trial.publish(['5', '6'], aboutCats);
    for (const payload of [received['5'], received['6']] as { filtered: object[]; account: object }[]) {
      expect(() => payload.filtered.push({})).toThrow(TypeError);
      expect(() => Object.assign(payload, { content: '' })).toThrow(TypeError);
      expect(() => Object.assign(payload.account, { id: '1' })).toThrow(TypeError);
    }
  });

  it('is nothing for who was not there', async () => {
    const trial = trialWith(filterOf('5'));
    const chain = trial.chain(['5']);
    chain.publish('update', aboutCats);
    await chain.fence();
    expect(chain.selections[0]?.for('5')).toBeDefined();
    expect(chain.selections[0]?.for('6')).toBeUndefined();
    expect(chain.selections[0]?.for('')).toBeUndefined();
  });
});
