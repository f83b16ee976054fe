import { openStream, rolesOf, viewer } from '@fedistream/stream-kit/testing';
import { describe, expect, it } from 'vitest';
import { reportsChannel } from './admin-reports.contract.js';
import { adminReports } from './admin-reports.stream.js';

const staff = viewer({ scopes: 'admin:read' });

describe('the stream admin:reports', () => {
  it('passes reports of the category that was asked for', async () => {
    const stream = await openStream(adminReports, {
      viewer: staff,
      deps: { roles: rolesOf('manage_reports') },
      params: { category: 'spam' },
    });
    await stream.publish(reportsChannel(), 'report.created', { id: '1', category: 'violation' });
    await stream.publish(reportsChannel(), 'report.created', { id: '2', category: 'spam' });
    expect(stream.received).toEqual([
      { stream: ['admin:reports', 'spam'], event: 'report.created', payload: '{"id":"2","category":"spam"}' },
    ]);
  });

  it('refuses a viewer whose role does not show reports', async () => {
    const opened = openStream(adminReports, { viewer: staff, deps: { roles: rolesOf() } });
    await expect(opened).rejects.toMatchObject({ code: 'notAuthorized' });
  });

  it('ends when the role goes', async () => {
    const roles = rolesOf('manage_reports');
    const stream = await openStream(adminReports, { viewer: staff, deps: { roles } });
    roles.can = () => Promise.resolve(false);
    await stream.reauthorize();
    await stream.publish(reportsChannel(), 'report.created', { id: '1', category: 'spam' });
    expect(stream.errors).toEqual(['401 Not authorized to stream this admin:reports']);
    expect(stream.received).toEqual([]);
  });
});
