import { describe, expect, it } from 'vitest';

import { complaintAbout } from './boundaries.js';

const forbidden = { file: 'a.ts', imports: 'b', refusedBy: 'the-rule' };
const allowed = { ...forbidden, refusedBy: undefined };

describe('a probe of the boundaries', () => {
  it('is content when the expected rule refuses what is forbidden', () => {
    expect(complaintAbout(forbidden, [{ ruleId: 'another' }, { ruleId: 'the-rule' }])).toBeUndefined();
  });

  it('complains when nobody refuses it, or only somebody else does', () => {
    expect(complaintAbout(forbidden, [])).toContain('does not refuse');
    expect(complaintAbout(forbidden, [{ ruleId: 'another' }, { ruleId: null }])).toContain('does not refuse');
  });

  it('complains when what is allowed is refused', () => {
    expect(complaintAbout(allowed, [])).toBeUndefined();
    expect(complaintAbout(allowed, [{ ruleId: 'the-rule' }])).toContain('refused by the-rule');
  });
});
