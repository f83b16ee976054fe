import { describe, expect, it } from 'vitest';
import { streamNames } from './stream-names.js';

describe('the names of a new stream', () => {
  it('follow from the name that clients subscribe to', () => {
    expect(streamNames('admin:reports_new')).toEqual({
      name: 'admin:reports_new',
      constName: 'adminReportsNew',
      fileName: 'admin-reports-new',
      path: '/api/v1/streaming/admin/reports_new',
    });
  });

  it('never hide a word of the language', () => {
    expect(streamNames('delete').constName).toBe('deleteStream');
  });

  it.each(['', 'Admin', 'admin:', ':reports', 'admin reports', '1x', 'a__b'])('refuse %j', (name) => {
    expect(() => streamNames(name)).toThrow('as in admin:reports');
  });
});
