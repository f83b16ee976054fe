import { Module } from '@nestjs/common';
import type { DynamicModule, ModuleMetadata } from '@nestjs/common';
import { AuthStatistics } from './auth-statistics.js';
import { Authenticator } from './authenticator.js';
import { OpenConnections } from './open-connections.js';
import { RecentKills } from './recent-kills.js';
import { Revalidation } from './revalidation.js';

/** Where `AuthModule` finds its ports, {@link TokenStore} and {@link AuthSettings}. */
export type AuthPorts = Pick<ModuleMetadata, 'imports' | 'providers'>;

/**
 * Authentication, and keeping open connections authorised. The guards are not listed: Nest makes them where they are
 * used, which is also where `AccessRequests` must be provided.
 */
@Module({})
export class AuthModule {
  /** @param ports modules that export the ports, or providers of them; none for what a global module exports */
  static forRoot({ imports = [], providers = [] }: AuthPorts = {}): DynamicModule {
    return {
      module: AuthModule,
      imports,
      providers: [...providers, RecentKills, AuthStatistics, Authenticator, OpenConnections, Revalidation],
      exports: [AuthStatistics, Authenticator, OpenConnections, Revalidation],
    };
  }
}
