import { Module, type DynamicModule } from '@nestjs/common';
import { DeliveryObserver, type Delivery } from '@fedistream/delivery';
import { ConnectionObserver } from '../connections/connection-observer.js';
import { DeliveryTimes } from './delivery-times.js';
import type { Tracer } from './tracing/tracer.js';
import type { TracingSettings } from './tracing/tracing-settings.js';

const tracer = Symbol('tracer');

/** Measures deliveries, and traces some of them. */
class TracedDeliveries extends DeliveryObserver {
  constructor(
    private readonly times: DeliveryTimes,
    private readonly tracer: Tracer,
  ) {
    super();
  }

  delivered(delivery: Delivery): void {
    this.times.delivered(delivery);
    this.tracer.delivered(delivery);
  }
}

/**
 * Measures deliveries, and traces events and connections if that is on. Global: the stream kit asks for an observer, and
 * knows nothing of the application.
 */
@Module({})
export class ObserversModule {
  /** @param tracing `undefined`: OpenTelemetry is not even loaded */
  static forRoot(tracing: TracingSettings | undefined): DynamicModule {
    const providers =
      tracing === undefined
        ? [{ provide: DeliveryObserver, useExisting: DeliveryTimes }]
        : [
            {
              provide: tracer,
              useFactory: async () => {
                const loaded = await import('./tracing/tracer.js');
                return new loaded.Tracer(tracing);
              },
            },
            {
              provide: DeliveryObserver,
              useFactory: (times: DeliveryTimes, loaded: Tracer) => new TracedDeliveries(times, loaded),
              inject: [DeliveryTimes, tracer],
            },
            { provide: ConnectionObserver, useExisting: tracer },
          ];
    return {
      module: ObserversModule,
      global: true,
      providers: [DeliveryTimes, ...providers],
      exports: [DeliveryTimes, DeliveryObserver, ...(tracing === undefined ? [] : [ConnectionObserver])],
    };
  }
}
