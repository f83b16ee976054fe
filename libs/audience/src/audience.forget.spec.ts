import { Logger } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { AudienceTrial, type Chain } from './testing/audience-trial.js';
import { statusOf } from './testing/index.js';

Logger.overrideLogger(false);

const aboutCats = statusOf({ content: 'cat' });

function setFilter(trial: AudienceTrial, title: string | undefined): void {
  trial.tables.filters =
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

function titles(chain: Chain): (string | undefined)[] {
  const payloads = chain.receivedBy('5') as { filtered: { filter: { title: string } }[] }[];
  return payloads.map(({ filtered }) => filtered[0]?.filter.title);
}

/** Lets the n-th statement of this kind wait until it is released; tells when it has been asked. */
function holdBack(trial: AudienceTrial): { asked: Promise<void>; release: () => void } {
  let release: () => void = () => undefined;
  let tell: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    tell = resolve;
  });
  let held = false;
  trial.store.beforeAnswering = (statement) => {
    if (statement !== 'filters' || held) {
      return;
    }
    held = true;
    tell();
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
  it('hold for the next event', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5']);
    for (const title of [undefined, 'first', 'second', undefined]) {
      setFilter(trial, title);
      trial.audience.forget('5');
      chain.publish('update', aboutCats);
      await chain.fence();
    }
    expect(titles(chain)).toEqual([undefined, 'first', 'second', undefined]);
  });

  it('are only read again for whom they have changed', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5', '6', '7']);
    chain.publish('update', aboutCats);
    await chain.fence();
    trial.audience.forget('5');
    trial.audience.forget('99');
    chain.publish('update', aboutCats);
    chain.publish('update', aboutCats);
    await chain.fence();
    expect(trial.statistics.filterLoads).toBe(4 + 1);
    expect(trial.store.asked.filter((statement) => statement === 'filters')).toHaveLength(2);
  });

  it('while they are read are not brought back by the answer', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5']);
    setFilter(trial, 'old');
    const { asked, release } = holdBack(trial);
    chain.publish('update', aboutCats);
    await asked;
    setFilter(trial, 'new');
    trial.audience.forget('5');
    chain.publish('update', aboutCats);
    release();
    await chain.fence();
    chain.publish('update', aboutCats);
    await chain.fence();
    expect(titles(chain).slice(1)).toEqual(['new', 'new']);
  });

  it('hold for an event that overtakes the old answer', async () => {
    const trial = new AudienceTrial();
    const [slow, fast] = [trial.chain(['5']), trial.chain(['5'])];
    setFilter(trial, 'old');
    const { asked, release } = holdBack(trial);
    slow.publish('update', aboutCats);
    await asked;
    setFilter(trial, 'new');
    trial.audience.forgetAll();
    fast.publish('update', aboutCats);
    await fast.fence();
    expect(titles(fast)).toEqual(['new']);
    release();
    await slow.fence();
    fast.publish('update', aboutCats);
    await fast.fence();
    expect(titles(fast)).toEqual(['new', 'new']);
  });

  it('at any moment disturb no event that is being decided', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5', '6']);
    setFilter(trial, 'any');
    let forgets = 0;
    trial.store.beforeAnswering = async () => {
      await Promise.resolve();
      if (forgets++ < 50) {
        trial.audience.forget('5');
        queueMicrotask(() => {
          trial.audience.forgetAll();
        });
      }
    };
    for (let round = 0; round < 20; round++) {
      chain.publish('update', aboutCats);
    }
    await chain.fence();
    expect(titles(chain)).toEqual(Array.from({ length: 20 }, () => 'any'));
  });

  it('are all read again when changes may have been missed', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5']);
    setFilter(trial, 'old');
    chain.publish('update', aboutCats);
    await chain.fence();
    setFilter(trial, 'new');
    trial.audience.forgetAll();
    chain.publish('update', aboutCats);
    await chain.fence();
    expect(titles(chain)).toEqual(['old', 'new']);
  });
});

describe('the filters kept in memory', () => {
  it('are none when nobody listens', async () => {
    const trial = new AudienceTrial();
    setFilter(trial, 'any');
    const chains = [trial.chain(['5', '6']), trial.chain(['5', '7'])];
    for (const chain of chains) {
      chain.publish('update', aboutCats);
      await chain.fence();
    }
    expect(trial.statistics).toMatchObject({ filterAccounts: 4, keywords: 1 });
    chains[0]?.subscription.unsubscribe();
    expect(trial.statistics).toMatchObject({ filterAccounts: 4, keywords: 1 });
    chains[1]?.subscription.unsubscribe();
    expect(trial.statistics).toMatchObject({ filterAccounts: 0, keywords: 0 });
  });

  it('are those of who listens, and at most as many again, however many come and go', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain([]);
    let most = 0;
    for (let round = 0; round < 100; round++) {
      chain.listen(Array.from({ length: 100 }, (_, index) => String(1_000 + round * 100 + index)));
      chain.publish('update', aboutCats);
      await chain.fence();
      most = Math.max(most, trial.statistics.filterAccounts);
    }
    expect(trial.statistics.filterLoads).toBe(100 * 100 + 1);
    expect(most).toBeLessThan(1_300);
  });

  it('are read again for who comes back', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5']);
    setFilter(trial, 'old');
    chain.publish('update', aboutCats);
    await chain.fence();
    chain.subscription.unsubscribe();
    setFilter(trial, 'new');
    const again = trial.chain(['5']);
    again.publish('update', aboutCats);
    await again.fence();
    expect(titles(again)).toEqual(['new']);
  });
});
