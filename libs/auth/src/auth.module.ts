import { Module } from '@nestjs/common';
import type { DynamicModule, ModuleMetadata } from '@nestjs/common';
import { AdmissionQueue } from './admission-queue.js';
import { AuthStatistics } from './auth-statistics.js';
import { Authenticator } from './authenticator.js';
import { ConnectionRegistry } from './connection-registry.js';
import { RecentKills } from './recent-kills.js';
import { Revalidation } from './revalidation.js';

/** Modules or providers of the ports {@link TokenStore} and {@link AuthSettings}. */
export type AuthPorts = Pick<ModuleMetadata, 'imports' | 'providers'>;

/**
 * Authenticates requests and keeps open connections authorised, for the whole application. Nest instantiates the guards in
 * the module that uses them; that module provides `ScopeRequirements`.
 */
@Module({})
export class AuthModule {
  /** @param ports modules that export the ports, or providers of them; a port of a global module needs neither */
  static forRoot({ imports = [], providers = [] }: AuthPorts = {}): DynamicModule {
    return {
      module: AuthModule,
      global: true,
      imports,
      providers: [
        ...providers,
        RecentKills,
        AdmissionQueue,
        AuthStatistics,
        Authenticator,
        ConnectionRegistry,
        Revalidation,
      ],
      exports: [AdmissionQueue, AuthStatistics, Authenticator, ConnectionRegistry, Revalidation],
    };
  }
}
