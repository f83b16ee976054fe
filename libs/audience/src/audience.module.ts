import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { AudienceSettings } from './audience-settings.js';
import { AudienceStatistics } from './audience-statistics.js';
import { Audience } from './audience.js';

/** The audience rules, for the whole application. */
@Module({})
export class AudienceModule {
  /**
   * @param store a module that exports `AudienceStore`
   * @param settings what differs from the defaults
   */
  static forRoot(store: Type | DynamicModule, settings: Partial<AudienceSettings> = {}): DynamicModule {
    return {
      module: AudienceModule,
      global: true,
      imports: [store],
      providers: [
        Audience,
        AudienceStatistics,
        { provide: AudienceSettings, useFactory: () => new AudienceSettings(settings) },
      ],
      exports: [Audience, AudienceStatistics],
    };
  }
}
