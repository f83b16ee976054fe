import { describe, expect, it } from 'vitest';

import { profileEntries, type CpuProfile } from './cpu-profile.js';

const frame = (functionName: string, url = '', lineNumber = -1) => ({ functionName, url, lineNumber });
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(idle)') },
    { id: 2, callFrame: frame('decode', 'file:///srv/app/libs/event-bus/dist/decode.js', 9) },
    { id: 3, callFrame: frame('decode', 'file:///srv/app/libs/event-bus/dist/decode.js', 9) },
    { id: 4, callFrame: frame('', 'file:///srv/app/node_modules/ioredis/built/Redis.js', 0) },
  ],
  samples: [1, 2, 4, 3, 1],
  timeDeltas: [0, 500, 300, 100, 50],
};

describe('the entries of a CPU profile', () => {
  it('sum up the own time of a function over all its callers, the largest first, without idle time', () => {
    expect(profileEntries(profile)).toEqual([
      { name: 'decode', place: 'libs/event-bus/dist/decode.js:10', micros: 350 },
      { name: '(anonymous)', place: 'ioredis/built/Redis.js:1', micros: 100 },
    ]);
  });
});
