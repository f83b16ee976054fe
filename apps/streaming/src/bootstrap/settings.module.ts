import { Module, type DynamicModule } from '@nestjs/common';
import { AuthSettings } from '@fedistream/auth';
import { DeliverySettings } from '@fedistream/delivery';
import { InputSettings } from '../connections/input-budget.js';
import type { Settings } from './settings.js';

/** Provides each lib with its part of the settings. */
@Module({})
export class SettingsModule {
  static forRoot({ auth, delivery, input }: Settings): DynamicModule {
    const providers = [
      { provide: AuthSettings, useValue: auth },
      { provide: InputSettings, useValue: input },
      { provide: DeliverySettings, useValue: new DeliverySettings(delivery) },
    ];
    return { module: SettingsModule, global: true, providers, exports: providers };
  }
}
