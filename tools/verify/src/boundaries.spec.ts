import { describe, expect, it } from 'vitest';

import { complaintAbout } from './boundaries.js';

const forbidden = { file: 'a.ts', imports: 'b', refusedBy: 'the-rule' };
const allowed = { ...forbidden, refusedBy: undefined };
const onLines = (ruleId: string | null, ...lines: number[]) => lines.map((line) => ({ ruleId, line }));

describe('a probe of the boundaries', () => {
  it('succeeds when the expected rule refuses the import in every form', () => {
    expect(complaintAbout(forbidden, [...onLines('another', 1), ...onLines('the-rule', 1, 2, 3)])).toBeUndefined();
  });

  it('fails when no rule refuses the import, or only another one does', () => {
    expect(complaintAbout(forbidden, [])).toContain('does not refuse');
    expect(complaintAbout(forbidden, [...onLines('another', 1, 2, 3), ...onLines(null, 1)])).toContain(
      'does not refuse',
    );
  });

  it('names the form of import that is not refused', () => {
    expect(complaintAbout(forbidden, onLines('the-rule', 1, 2))).toBe(
      "a.ts: the-rule does not refuse await import('b');",
    );
  });

  it('fails when an allowed import is refused', () => {
    expect(complaintAbout(allowed, [])).toBeUndefined();
    expect(complaintAbout(allowed, onLines('the-rule', 2))).toContain('refused by the-rule');
  });
});
