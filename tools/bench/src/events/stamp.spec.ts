import { describe, expect, it } from 'vitest';

import { stamp, StampReader } from './stamp.js';

describe('a stamp', () => {
  it('carries number and time, also when the next stamp is at another offset', () => {
    const reader = new StampReader();
    for (const [text, sequence, sentAt] of [
      [`{"uri":"${stamp(12, 34_567.8)}"}`, 12, 34_567],
      [`{"uri":"${stamp(13, 1)}"}`, 13, 1],
      [
        `{"stream":["list","5"],"uri":"${stamp(999_999_999, 4_503_599_627_370_495)}"}`,
        999_999_999,
        4_503_599_627_370_495,
      ],
    ] as const) {
      expect(reader.read(Buffer.from(text), 0, text.length)).toBe(true);
      expect(reader).toMatchObject({ sequence, sentAt });
    }
  });

  it('is not found when it is truncated', () => {
    const data = Buffer.from(stamp(1, 2));
    expect(new StampReader().read(data, 0, data.length - 1)).toBe(false);
  });

  it('is not read from the next frame', () => {
    const data = Buffer.from(`heartbeat${stamp(1, 2)}`);
    expect(new StampReader().read(data, 0, 'heartbeat'.length)).toBe(false);
  });
});
