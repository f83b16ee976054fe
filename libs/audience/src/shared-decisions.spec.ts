import { StreamEvent, type ViewerSet } from '@fedistream/domain';
import { beforeEach, describe, expect, it } from 'vitest';
import { SharedDecisions } from './shared-decisions.js';

describe('decisions about past events', () => {
  const [first, second, third] = ['1', '2', '3'].map((id) => StreamEvent.of('delete', id)) as [
    StreamEvent,
    StreamEvent,
    StreamEvent,
  ];
  let decided: { readonly event: StreamEvent; readonly viewers: ViewerSet }[];
  let decisions: SharedDecisions<string>;

  beforeEach(() => {
    decided = [];
    decisions = new SharedDecisions((event, viewers) => {
      decided.push({ event, viewers });
      return event === third ? Promise.reject(new Error('no database')) : Promise.resolve(String(event.payload));
    });
  });

  it('are taken once for all viewers that ask at the same time, each event for those that have missed it', async () => {
    const answers = await Promise.all([decisions.about([first, second], 'a'), decisions.about([second], 'b')]);
    expect(answers).toEqual([['1', '2'], ['2']]);
    expect(decided.map(({ event, viewers }) => [event, viewers.accountIds])).toEqual([
      [first, ['a']],
      [second, ['a', 'b']],
    ]);
    expect([decided[0]?.viewers.has('a'), decided[0]?.viewers.has('b')]).toEqual([true, false]);
  });

  it('have one set of viewers for events with equal viewers, so that a store reads it once', async () => {
    await Promise.all(['a', 'b'].map((account) => decisions.about([first, second], account)));
    expect(decided[0]?.viewers).toBe(decided[1]?.viewers);
  });

  it('fail for those viewers only that asked about what cannot be decided', async () => {
    const answers = await Promise.allSettled([decisions.about([first, third], 'a'), decisions.about([first], 'b')]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('are taken again for a viewer that asks later: something may have changed', async () => {
    await decisions.about([first], 'a');
    await decisions.about([first], 'a');
    expect(decided).toHaveLength(2);
  });
});
