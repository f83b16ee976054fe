import { permissionBits, permits, Roles, type Permission } from '@fedistream/auth';

/** Roles that allow every viewer this, and nothing else; `administrator` allows everything. */
export function rolesOf(...permissions: readonly Permission[]): Roles {
  return new SameRoles(permissions.reduce((sum, permission) => sum | permissionBits[permission], 0n));
}

class SameRoles extends Roles {
  constructor(private readonly permissions: bigint) {
    super();
  }

  override can(_viewer: unknown, permission: Permission): Promise<boolean> {
    return Promise.resolve(permits(this.permissions, permission));
  }
}
