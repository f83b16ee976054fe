import { describe, expect, it } from 'vitest';

import { complaintAbout } from './boundaries.js';

const forbidden = { file: 'a.ts', imports: 'b', refusedBy: 'the-rule' };
const allowed = { ...forbidden, refusedBy: undefined };
const onLines = (ruleId: string | null, ...lines: number[]) => lines.map((line) => ({ ruleId, line }));

describe('a probe of the boundaries', () => {
  it('is content when the expected rule refuses what is forbidden, however it is imported', () => {
    expect(complaintAbout(forbidden, [...onLines('another', 1), ...onLines('the-rule', 1, 2, 3)])).toBeUndefined();
  });

  it('complains when nobody refuses it, or only somebody else does', () => {
    expect(complaintAbout(forbidden, [])).toContain('does not refuse');
    expect(complaintAbout(forbidden, [...onLines('another', 1, 2, 3), ...onLines(null, 1)])).toContain(
      'does not refuse',
    );
  });

  it('names the way of importing that is not refused', () => {
    expect(complaintAbout(forbidden, onLines('the-rule', 1, 2))).toBe(
      "a.ts: the-rule does not refuse await import('b');",
    );
  });

  it('complains when what is allowed is refused', () => {
    expect(complaintAbout(allowed, [])).toBeUndefined();
    expect(complaintAbout(allowed, onLines('the-rule', 2))).toContain('refused by the-rule');
  });
});
