import { Logger } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import type { FilterRecord } from './filters/filter-record.js';
import { AudienceHarness } from './testing/audience-harness.js';
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

function harnessWith(...filters: ReturnType<typeof filterOf>[]): AudienceHarness {
  const harness = new AudienceHarness();
  harness.tables.filters.push(...filters);
  return harness;
}

const aboutCats = statusOf({ content: '<p>A <b>Cat</b>, another cat</p>' });

/** The member `filtered` of the status as account 5 receives it. */
async function filteredFor(harness: AudienceHarness, status = aboutCats): Promise<unknown> {
  const { 5: received } = await harness.publish(['5', '6'], status);
  return (received as { filtered: unknown }).filtered;
}

describe('filter results', () => {
  it('have the members of FilterResult in the order of REST, appended to the published text', async () => {
    const harness = harnessWith(filterOf('5', { expiresAt: Date.UTC(2101, 8, 20, 17, 27, 39, 296) }));
    const pipeline = harness.pipeline(['5', '6']);
    const published =
      '{"id":"1","visibility":"public","account":{"id":"900","username":"a","acct":"a"},"content":"Cat"';
    pipeline.publish('update', `${published}}`);
    await pipeline.fence();
    const results =
      '[{"filter":{"id":"1","title":"Cats","context":["home","public"],"expires_at":"2101-09-20T17:27:39.296Z",' +
      '"filter_action":"warn"},"keyword_matches":["Cat"],"status_matches":null}]';
    expect(pipeline.selections[0]?.for('5')?.text).toBe(`${published},"filtered":${results}}`);
    expect(pipeline.selections[0]?.for('6')?.text).toBe(`${published},"filtered":[]}`);
  });

  it('contain the first match of a filter only, as the status spells it', async () => {
    const keywords = ['another', 'b cat', 'cat', 'A Cat'].map((keyword) => ({ keyword, wholeWord: true }));
    expect(await filteredFor(harnessWith(filterOf('5', { keywords })))).toMatchObject([{ keyword_matches: ['A Cat'] }]);
  });

  it('contain the keyword that comes first when several match at one offset', async () => {
    const keywords = ['ca', 'cat', 'c'].map((keyword) => ({ keyword, wholeWord: false }));
    expect(await filteredFor(harnessWith(filterOf('5', { keywords })))).toMatchObject([{ keyword_matches: ['Ca'] }]);
  });

  it('contain every filter that matches, in the order of the filters, whatever its context', async () => {
    const harness = harnessWith(
      filterOf('5', { id: '3', context: ['thread'] }),
      filterOf('5', { id: '1', keywords: [{ keyword: 'dog', wholeWord: false }] }),
      filterOf('5', { id: '2', context: ['home'] }),
    );
    expect(await filteredFor(harness)).toMatchObject([{ filter: { id: '3' } }, { filter: { id: '2' } }]);
  });

  it.each(['warn', 'hide', 'blur'] as const)('contain the action of the filter: %s', async (action) => {
    expect(await filteredFor(harnessWith(filterOf('5', { action })))).toMatchObject([
      { filter: { filter_action: action } },
    ]);
  });

  it('ignore expired filters', async () => {
    expect(await filteredFor(harnessWith(filterOf('5', { expiresAt: Date.now() + hour })))).toHaveLength(1);
    expect(await filteredFor(harnessWith(filterOf('5', { expiresAt: Date.now() - 1 })))).toEqual([]);
  });

  it('have expires_at null for a filter that expires at infinity', async () => {
    expect(await filteredFor(harnessWith(filterOf('5', { expiresAt: Infinity })))).toMatchObject([
      { filter: { expires_at: null } },
    ]);
    expect(await filteredFor(harnessWith(filterOf('5', { expiresAt: -Infinity })))).toEqual([]);
  });

  it('contain the ids that a filter names, of the status and of the one it boosts', async () => {
    const filter = filterOf('5', { keywords: [], statusIds: ['110000000000000002', '110000000000000001', '3'] });
    const named = statusOf({ id: '110000000000000001' });
    expect(await filteredFor(harnessWith(filter), named)).toMatchObject([
      { keyword_matches: null, status_matches: ['110000000000000001'] },
    ]);
    const boosting = statusOf({ id: '110000000000000001', reblog: statusOf({ id: '110000000000000002' }) });
    expect(await filteredFor(harnessWith(filter), boosting)).toMatchObject([
      { keyword_matches: null, status_matches: ['110000000000000001', '110000000000000002'] },
    ]);
    expect(await filteredFor(harnessWith(filter), statusOf({ id: '110000000000000009' }))).toEqual([]);
  });

  it('contain both the keyword and the status that one filter matches', async () => {
    const filter = filterOf('5', { statusIds: ['110000000000000001'] });
    expect(await filteredFor(harnessWith(filter))).toMatchObject([
      { keyword_matches: ['Cat'], status_matches: ['110000000000000001'] },
    ]);
  });

  it('are computed from the text of the boosted status', async () => {
    const boost = statusOf({ content: '<p>dog</p>', reblog: aboutCats });
    expect(await filteredFor(harnessWith(filterOf('5')), boost)).toHaveLength(1);
    const other = statusOf({ content: '<p>cat</p>', reblog: statusOf({ content: '<p>dog</p>' }) });
    expect(await filteredFor(harnessWith(filterOf('5')), other)).toEqual([]);
  });

  interface Filtered {
    readonly filtered: unknown[];
    readonly reblog: Filtered | null;
    readonly quote: { readonly quoted_status: Filtered };
  }

  const quoting = (quoted: object, content = '<p>dog</p>') =>
    statusOf({ content, quote: { state: 'accepted', quoted_status: quoted } });
  const receivedBy5 = async (harness: AudienceHarness, status: object) =>
    (await harness.publish(['5', '6'], status)) as Record<'5' | '6', Filtered>;

  it('are in a quoted status, too, computed from its own text', async () => {
    const harness = harnessWith(filterOf('5'));
    const received = await receivedBy5(harness, quoting({ ...aboutCats, id: '2' }));
    expect(received['5'].filtered).toEqual([]);
    expect(received['5'].quote.quoted_status.filtered).toMatchObject([{ keyword_matches: ['Cat'] }]);
    expect(received['6'].quote.quoted_status.filtered).toEqual([]);
    const other = await receivedBy5(harness, quoting(statusOf({ id: '2' }), '<p>cat</p>'));
    expect(other['5'].filtered).toHaveLength(1);
    expect(other['5'].quote.quoted_status.filtered).toEqual([]);
  });

  it('are the same in a boost and in the status that it boosts', async () => {
    const { 5: own, 6: other } = await receivedBy5(harnessWith(filterOf('5')), statusOf({ reblog: aboutCats }));
    expect(own.filtered).toMatchObject([{ keyword_matches: ['Cat'] }]);
    expect(own.reblog?.filtered).toEqual(own.filtered);
    expect(other.reblog?.filtered).toEqual([]);
  });

  it('are in a status that a boosted status quotes', async () => {
    const boost = statusOf({ reblog: quoting({ ...aboutCats, id: '3' }) });
    const { 5: own } = await receivedBy5(harnessWith(filterOf('5')), boost);
    expect([own.filtered, own.reblog?.filtered]).toEqual([[], []]);
    expect(own.reblog?.quote.quoted_status.filtered).toHaveLength(1);
  });

  it('contain the id of a quoted status that a filter names', async () => {
    const filter = filterOf('5', { keywords: [], statusIds: ['2'] });
    const { 5: own } = await receivedBy5(harnessWith(filter), quoting(statusOf({ id: '2' })));
    expect(own.filtered).toEqual([]);
    expect(own.quote.quoted_status.filtered).toMatchObject([{ status_matches: ['2'] }]);
  });

  it('leave the rest of the published text unchanged', async () => {
    const harness = harnessWith(filterOf('5'));
    const pipeline = harness.pipeline(['5', '6']);
    const account = '{"id":"900","username":"a","acct":"a"}';
    const published = (inner: string, outer: string) =>
      `{"id":1.50,"visibility":"public","quote":{"quoted_status":{"id":"2","visibility":"public" ,"account":${account},` +
      `"content":"Cat \\u003c}\\"{"${inner}}, "state":"accepted"},"account":${account},"z":"}"${outer} }`;
    pipeline.publish('update', published('', ''));
    await pipeline.fence();
    const [first] = pipeline.selections;
    expect(first?.for('6')?.text).toBe(published(',"filtered":[]', ' ,"filtered":[]').replace('] }', ']}'));
    expect(first?.for('5')?.text).toContain('"keyword_matches":["Cat"]');
  });

  it.each([[], [{ any: 'thing' }], null])('that the publisher has added stay unchanged: %j', async (filtered) => {
    const harness = harnessWith(filterOf('5'));
    expect(await filteredFor(harness, { ...aboutCats, filtered })).toEqual(filtered);
    expect(harness.store.asked).not.toContain('filters');
  });

  it('ignore empty keywords', async () => {
    expect(await filteredFor(harnessWith(filterOf('5', { keywords: [{ keyword: '', wholeWord: false }] })))).toEqual(
      [],
    );
  });

  it('are empty for a viewer with unusable filters, and no other viewer waits', async () => {
    const broken = filterOf('6', { keywords: null as unknown as [] });
    const harness = harnessWith(filterOf('5'), broken);
    const received = await harness.publish(['5', '6'], aboutCats);
    expect(received).toMatchObject({ 5: { filtered: [{}] }, 6: { filtered: [] } });
  });
});

describe("a viewer's copy of a status", () => {
  it("contains no results of another viewer's filters", async () => {
    const harness = harnessWith(
      filterOf('5', { id: '50', title: 'secret of five' }),
      filterOf('6', { id: '60', title: 'secret of six' }),
    );
    const pipeline = harness.pipeline(['5', '6', '7']);
    for (let round = 0; round < 3; round++) {
      pipeline.publish('update', aboutCats);
    }
    await pipeline.fence();
    const all = (id: string) => JSON.stringify(pipeline.receivedBy(id));
    expect(all('5')).toContain('secret of five');
    expect(all('6')).toContain('secret of six');
    expect(all('5')).not.toContain('six');
    expect(all('6')).not.toContain('five');
    expect(all('7')).not.toContain('secret');
  });

  it("contains no results of another viewer's filters in a quoted status, and is shared only with equal results", async () => {
    const harness = harnessWith(
      filterOf('5', { id: '50', title: 'secret of five' }),
      filterOf('6', { id: '60', title: 'secret of six' }),
      filterOf('8', { id: '50', title: 'secret of five' }),
    );
    const pipeline = harness.pipeline(['5', '6', '7', '8']);
    pipeline.publish('update', statusOf({ quote: { state: 'accepted', quoted_status: { ...aboutCats, id: '2' } } }));
    await pipeline.fence();
    const all = (id: string) => JSON.stringify(pipeline.receivedBy(id));
    expect(all('5')).toContain('secret of five');
    expect(all('6')).toContain('secret of six');
    expect(all('5')).not.toContain('six');
    expect(all('6')).not.toContain('five');
    expect(all('7')).not.toContain('secret');
    const [selection] = pipeline.selections;
    expect(selection?.for('5')).toBe(selection?.for('8'));
    expect(selection?.for('5')).not.toBe(selection?.for('6'));
  });

  it('is the same object for viewers with equal results, so that it is encoded once', async () => {
    const same = filterOf('5');
    const harness = harnessWith(same, { ...same, accountId: '6' }, filterOf('7', { id: '2' }));
    const pipeline = harness.pipeline(['5', '6', '7', '8', '9']);
    pipeline.publish('update', aboutCats);
    await pipeline.fence();
    const [selection] = pipeline.selections;
    expect(selection?.for('5')).toBe(selection?.for('6'));
    expect(selection?.for('7')).not.toBe(selection?.for('6'));
    expect(selection?.for('8')).toBe(selection?.for('9'));
    expect(selection?.for('8')).toBe(selection?.for('8'));
  });

  it('ignores the keywords of an account beyond the bounds', async () => {
    const keywords = ['cat', ...Array.from({ length: 40 }, (_, index) => `${'x'.repeat(500)}${index}`), 'another'];
    const harness = harnessWith(
      filterOf('5', { keywords: keywords.map((keyword) => ({ keyword, wholeWord: false })) }),
      filterOf('5', { id: '2', keywords: [{ keyword: 'cat', wholeWord: true }] }),
      filterOf('6', { id: '3' }),
    );
    const { 5: own, 6: other } = (await harness.publish(['5', '6'], aboutCats)) as Record<
      string,
      { filtered: object[] }
    >;
    expect(own?.filtered).toMatchObject([{ filter: { id: '1' }, keyword_matches: ['Cat'] }]);
    expect(other?.filtered).toMatchObject([{ filter: { id: '3' } }]);
    expect(harness.statistics.keywords).toBeLessThan(40);
  });

  it('has a bounded size, however many filters one account has', async () => {
    const filters = Array.from({ length: 16_000 }, (_, id) => filterOf('5', { id: String(id) }));
    const harness = harnessWith(...filters, filterOf('6', { id: '3' }));
    const received = (await harness.publish(['5', '6'], aboutCats)) as Record<string, { filtered: object[] }>;
    expect(received['5']?.filtered).toHaveLength(100);
    expect(received['6']?.filtered).toHaveLength(1);
  });

  it('cannot be changed by a receiver', async () => {
    const harness = harnessWith(filterOf('5'));
    const received = await harness.publish(['5', '6'], aboutCats);
    for (const payload of [received['5'], received['6']] as { filtered: object[]; account: object }[]) {
      expect(() => payload.filtered.push({})).toThrow(TypeError);
      expect(() => Object.assign(payload, { content: '' })).toThrow(TypeError);
      expect(() => Object.assign(payload.account, { id: '1' })).toThrow(TypeError);
    }
  });

  it('is undefined for accounts that are no viewers', async () => {
    const harness = harnessWith(filterOf('5'));
    const pipeline = harness.pipeline(['5']);
    pipeline.publish('update', aboutCats);
    await pipeline.fence();
    expect(pipeline.selections[0]?.for('5')).toBeDefined();
    expect(pipeline.selections[0]?.for('6')).toBeUndefined();
    expect(pipeline.selections[0]?.for('')).toBeUndefined();
  });
});
