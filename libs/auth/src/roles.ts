import type { Viewer } from '@fedistream/domain';

/** Permission bits of Mastodon's user roles (`user_roles.permissions`, API entity Role). */
export const permissionBits = {
  administrator: 1n << 0n,
  view_devops: 1n << 1n,
  view_audit_log: 1n << 2n,
  view_dashboard: 1n << 3n,
  manage_reports: 1n << 4n,
  manage_federation: 1n << 5n,
  manage_settings: 1n << 6n,
  manage_blocks: 1n << 7n,
  manage_taxonomies: 1n << 8n,
  manage_appeals: 1n << 9n,
  manage_users: 1n << 10n,
  manage_invites: 1n << 11n,
  manage_rules: 1n << 12n,
  manage_announcements: 1n << 13n,
  manage_custom_emojis: 1n << 14n,
  manage_webhooks: 1n << 15n,
  invite_users: 1n << 16n,
  manage_roles: 1n << 17n,
  manage_user_access: 1n << 18n,
  delete_user_data: 1n << 19n,
  view_feeds: 1n << 20n,
} as const;

/** The name of a permission, as in Mastodon's source and documentation. */
export type Permission = keyof typeof permissionBits;

/** The port for the permissions of viewers. It caches nothing: a changed role applies from the next call on. */
export abstract class Roles {
  /**
   * Whether the viewer has this permission, by the own role or the role "everyone". Administrators have all.
   *
   * @throws StreamingError `unavailable` when the roles cannot be read
   */
  abstract can(viewer: Viewer, permission: Permission): Promise<boolean>;
}

/** Whether a bit mask grants a permission, as in Mastodon: `administrator` grants all. */
export function permits(permissions: bigint, permission: Permission): boolean {
  return (permissions & (permissionBits.administrator | permissionBits[permission])) !== 0n;
}
