import { describe, expect, it } from 'vitest';
import { streamNames } from './stream-names.js';

describe('streamNames', () => {
  it('derives class, file and path from the name', () => {
    expect(streamNames('admin:reports')).toEqual({
      name: 'admin:reports',
      className: 'AdminReportsStream',
      fileName: 'admin-reports.stream',
      path: '/api/v1/streaming/admin/reports',
    });
    expect(streamNames('live_polls')).toMatchObject({ className: 'LivePollsStream', fileName: 'live-polls.stream' });
  });

  it.each(['', 'Admin', 'admin reports', 'admin/reports', ':admin', 'admin::reports', 'admin:', '2fa', '../x', '-a'])(
    'refuses %j and says what a name looks like',
    (name) => {
      expect(() => streamNames(name)).toThrow(`"${name}" cannot be a stream's name: it takes words`);
    },
  );

  it('refuses the name of a path that the server needs itself', () => {
    expect(() => streamNames('health')).toThrow('/api/v1/streaming/health is the server');
  });
});
