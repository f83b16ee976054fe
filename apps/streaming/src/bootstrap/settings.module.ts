import { Module, type DynamicModule } from '@nestjs/common';
import { AuthSettings } from '@fedistream/auth';
import { DeliverySettings } from '@fedistream/delivery';
import type { Settings } from './settings.js';

/** Provides each lib with its part of the settings. */
@Module({})
export class SettingsModule {
  static forRoot({ auth, delivery }: Settings): DynamicModule {
    const providers = [
      { provide: AuthSettings, useValue: auth },
      { provide: DeliverySettings, useValue: new DeliverySettings(delivery) },
    ];
    return { module: SettingsModule, global: true, providers, exports: providers };
  }
}
