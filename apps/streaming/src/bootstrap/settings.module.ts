import { Module, type DynamicModule } from '@nestjs/common';
import { AuthSettings } from '@fedistream/auth';
import { DeliverySettings } from '@fedistream/delivery';
import { AdminSettings } from '../admin/admin-settings.js';
import { DrainSettings } from '../connections/connection-drain.js';
import { ConnectionLimitSettings } from '../connections/connection-limits.js';
import { ProxySettings } from '../connections/client-address.js';
import { InputSettings } from '../connections/input-budget.js';
import { MetricsSettings } from '../observability/metrics.controller.js';
import type { Settings } from './settings.js';

/** Provides each lib with its part of the settings. */
@Module({})
export class SettingsModule {
  static forRoot({
    admin,
    auth,
    connectionLimits,
    delivery,
    drain,
    input,
    metrics,
    trustedProxies,
  }: Settings): DynamicModule {
    const providers = [
      { provide: AuthSettings, useValue: auth },
      { provide: AdminSettings, useValue: admin },
      { provide: ConnectionLimitSettings, useValue: connectionLimits },
      { provide: DrainSettings, useValue: drain },
      { provide: ProxySettings, useValue: { trusted: trustedProxies } },
      { provide: InputSettings, useValue: input },
      { provide: MetricsSettings, useValue: metrics },
      { provide: DeliverySettings, useValue: new DeliverySettings(delivery) },
    ];
    return { module: SettingsModule, global: true, providers, exports: providers };
  }
}
