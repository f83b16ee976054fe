import { Injectable } from '@nestjs/common';
import { permits, Roles, type Permission } from '@fedistream/auth';
import type { Viewer } from '@fedistream/domain';
import { Database } from '../connection/database.js';
import { UserRoleEntity } from '../schema/entities/index.js';
import { everyoneRoleId } from './everyone-role-id.js';
import { rejectAsUnavailable } from './reject-as-unavailable.js';

/** Reads roles from Mastodon's tables. Before Mastodon 4.0 there are none, so it grants nothing. */
@Injectable()
export class SqlRoles extends Roles {
  constructor(private readonly database: Database) {
    super();
  }

  override can(viewer: Viewer, permission: Permission): Promise<boolean> {
    return rejectAsUnavailable(this.#can(viewer, permission));
  }

  async #can(viewer: Viewer, permission: Permission): Promise<boolean> {
    const columns = await this.database.columns();
    if (!columns.has('user_roles.permissions') || !columns.has('users.role_id')) {
      return false;
    }
    const granting = await this.database.find(UserRoleEntity, (roles) =>
      roles
        .createQueryBuilder('role')
        .where('role.id = :everyone OR role.id = (SELECT role_id FROM users WHERE id = :userId)')
        .setParameters({ everyone: everyoneRoleId, userId: viewer.userId })
        .getMany(),
    );
    return permits(
      granting.reduce((bits, role) => bits | BigInt(role.permissions), 0n),
      permission,
    );
  }
}
