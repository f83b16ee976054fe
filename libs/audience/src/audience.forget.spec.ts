import { Logger } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { AudienceHarness, type Pipeline } from './testing/audience-harness.js';
import { statusOf } from './testing/index.js';

Logger.overrideLogger(false);

const aboutCats = statusOf({ content: 'cat' });

function setFilter(harness: AudienceHarness, title: string | undefined): void {
  harness.tables.filters =
    title === undefined
      ? []
      : [
          {
            accountId: '5',
            id: '1',
            title,
            context: [],
            expiresAt: null,
            action: 'warn',
            keywords: [{ keyword: 'cat', wholeWord: false }],
            statusIds: [],
          },
        ];
}

function titles(pipeline: Pipeline): (string | undefined)[] {
  const payloads = pipeline.receivedBy('5') as { filtered: { filter: { title: string } }[] }[];
  return payloads.map(({ filtered }) => filtered[0]?.filter.title);
}

/** Delays the first look-up of filters until `release` is called; `asked` settles when it has begun. */
function delayFirstLoad(harness: AudienceHarness): { asked: Promise<void>; release: () => void } {
  let release: () => void = () => undefined;
  let markAsked: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    markAsked = resolve;
  });
  let held = false;
  harness.store.beforeAnswering = (statement) => {
    if (statement !== 'filters' || held) {
      return;
    }
    held = true;
    markAsked();
    return new Promise<void>((resolve) => {
      release = resolve;
    });
  };
  return {
    asked,
    release: () => {
      release();
    },
  };
}

describe('filters that have changed', () => {
  it('are applied to the next event', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5']);
    for (const title of [undefined, 'first', 'second', undefined]) {
      setFilter(harness, title);
      harness.audience.forget('5');
      pipeline.publish('update', aboutCats);
      await pipeline.fence();
    }
    expect(titles(pipeline)).toEqual([undefined, 'first', 'second', undefined]);
  });

  it('are loaded again only for the account whose filters have changed', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5', '6', '7']);
    pipeline.publish('update', aboutCats);
    await pipeline.fence();
    harness.audience.forget('5');
    harness.audience.forget('99');
    pipeline.publish('update', aboutCats);
    pipeline.publish('update', aboutCats);
    await pipeline.fence();
    expect(harness.statistics.filterLoads).toBe(4 + 1);
    expect(harness.store.asked.filter((statement) => statement === 'filters')).toHaveLength(2);
  });

  it('while they are being loaded are not overwritten by the outdated answer', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5']);
    setFilter(harness, 'old');
    const { asked, release } = delayFirstLoad(harness);
    pipeline.publish('update', aboutCats);
    await asked;
    setFilter(harness, 'new');
    harness.audience.forget('5');
    pipeline.publish('update', aboutCats);
    release();
    await pipeline.fence();
    pipeline.publish('update', aboutCats);
    await pipeline.fence();
    expect(titles(pipeline).slice(1)).toEqual(['new', 'new']);
  });

  it('are applied to an event of another stream while the outdated answer is pending', async () => {
    const harness = new AudienceHarness();
    const [slow, fast] = [harness.pipeline(['5']), harness.pipeline(['5'])];
    setFilter(harness, 'old');
    const { asked, release } = delayFirstLoad(harness);
    slow.publish('update', aboutCats);
    await asked;
    setFilter(harness, 'new');
    harness.audience.forgetAll();
    fast.publish('update', aboutCats);
    await fast.fence();
    expect(titles(fast)).toEqual(['new']);
    release();
    await slow.fence();
    fast.publish('update', aboutCats);
    await fast.fence();
    expect(titles(fast)).toEqual(['new', 'new']);
  });

  it('at any moment of a decision neither drop nor block an event', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5', '6']);
    setFilter(harness, 'any');
    let forgets = 0;
    harness.store.beforeAnswering = async () => {
      await Promise.resolve();
      if (forgets++ < 50) {
        harness.audience.forget('5');
        queueMicrotask(() => {
          harness.audience.forgetAll();
        });
      }
    };
    for (let round = 0; round < 20; round++) {
      pipeline.publish('update', aboutCats);
    }
    await pipeline.fence();
    expect(titles(pipeline)).toEqual(Array.from({ length: 20 }, () => 'any'));
  });

  it('are loaded again after forgetAll', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5']);
    setFilter(harness, 'old');
    pipeline.publish('update', aboutCats);
    await pipeline.fence();
    setFilter(harness, 'new');
    harness.audience.forgetAll();
    pipeline.publish('update', aboutCats);
    await pipeline.fence();
    expect(titles(pipeline)).toEqual(['old', 'new']);
  });
});

describe('the cached filters', () => {
  it('are dropped when the last stream has no viewers', async () => {
    const harness = new AudienceHarness();
    setFilter(harness, 'any');
    const pipelines = [harness.pipeline(['5', '6']), harness.pipeline(['5', '7'])];
    for (const pipeline of pipelines) {
      pipeline.publish('update', aboutCats);
      await pipeline.fence();
    }
    expect(harness.statistics).toMatchObject({ filterAccounts: 4, keywords: 1 });
    pipelines[0]?.subscription.unsubscribe();
    expect(harness.statistics).toMatchObject({ filterAccounts: 4, keywords: 1 });
    pipelines[1]?.subscription.unsubscribe();
    expect(harness.statistics).toMatchObject({ filterAccounts: 0, keywords: 0 });
  });

  it('stay bounded while viewers come and leave', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline([]);
    let most = 0;
    for (let round = 0; round < 100; round++) {
      pipeline.listen(Array.from({ length: 100 }, (_, index) => String(1_000 + round * 100 + index)));
      pipeline.publish('update', aboutCats);
      await pipeline.fence();
      most = Math.max(most, harness.statistics.filterAccounts);
    }
    expect(harness.statistics.filterLoads).toBe(100 * 100 + 1);
    expect(most).toBeLessThan(1_300);
  });

  it('are loaded again for a viewer who comes back', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5']);
    setFilter(harness, 'old');
    pipeline.publish('update', aboutCats);
    await pipeline.fence();
    pipeline.subscription.unsubscribe();
    setFilter(harness, 'new');
    const again = harness.pipeline(['5']);
    again.publish('update', aboutCats);
    await again.fence();
    expect(titles(again)).toEqual(['new']);
  });
});
