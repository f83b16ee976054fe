import { describe, expect, it } from 'vitest';
import { listsOf, rolesOf, viewer } from './index.js';

describe('ports for tests', () => {
  it('let every viewer do what was named, and nothing else', async () => {
    const roles = rolesOf('manage_reports', 'manage_users');
    expect(await roles.can(viewer(), 'manage_reports')).toBe(true);
    expect(await roles.can(viewer({ accountId: '2' }), 'manage_users')).toBe(true);
    expect(await roles.can(viewer(), 'manage_roles')).toBe(false);
    expect(await rolesOf().can(viewer(), 'manage_reports')).toBe(false);
  });

  it('let administrators do everything, as real roles do', async () => {
    expect(await rolesOf('administrator').can(viewer(), 'manage_reports')).toBe(true);
  });

  it('let every viewer own the lists that were named, and no others', async () => {
    expect(await listsOf('1', '2').ownedBy(viewer(), '2')).toBe(true);
    expect(await listsOf('1', '2').ownedBy(viewer(), '3')).toBe(false);
    expect(await listsOf().ownedBy(viewer(), '1')).toBe(false);
  });
});
