import { describe, expect, it } from 'vitest';
import { outcomeOf } from './oracle.js';

const published = ['1', '2', '3', '4'].map((id, index) => ({ id, stream: 'user', forbidden: false, atMs: index }));
const others = [
  { id: '5', stream: 'user', forbidden: true, atMs: 4 },
  { id: '6', stream: 'public', forbidden: false, atMs: 5 },
];
const outcome = (ids: readonly string[], toldAtMs = -Infinity) =>
  outcomeOf({ events: ids.map((id) => ({ payload: JSON.stringify({ id }) })), toldAtMs }, 'user', [
    ...published,
    ...others,
  ]);
const exact = { published: 4, lost: 0, untold: 0, repeated: 0, leaked: 0, reordered: 0 };

describe('the oracle', () => {
  it.each([
    ['everything once and in order', ['1', '2', '3', '4'], {}],
    ['one event less', ['1', '2', '4'], { lost: 1, untold: 1 }],
    ['an event twice', ['1', '2', '2', '3', '4'], { repeated: 1 }],
    ['two events in another order', ['1', '3', '2', '4'], { reordered: 1 }],
    ['an event that the viewer may not see', ['1', '2', '3', '4', '5'], { leaked: 1 }],
    ['an event of another stream', ['1', '2', '3', '4', '6'], { leaked: 1 }],
    ['an event that was not published', ['1', '2', '3', '4', '7'], { leaked: 1 }],
  ])('sees %s', (_, received, difference) => {
    expect(outcome(received)).toEqual({ ...exact, ...difference });
  });

  it('excuses what was published before the client learned of a gap, and nothing later', () => {
    expect(outcome(['3'], 1.5)).toEqual({ ...exact, lost: 3, untold: 1 });
  });
});
