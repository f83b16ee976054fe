import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { AudienceSettings } from './audience-settings.js';
import { AudienceStatistics } from './audience-statistics.js';
import { Audience } from './audience.js';

/** Provides {@link Audience} and its counters to the whole application. */
@Module({})
export class AudienceModule {
  /**
   * @param store a module that exports `AudienceStore`
   * @param settings override the defaults of {@link AudienceSettings}
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
