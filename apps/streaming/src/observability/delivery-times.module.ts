import { Global, Module } from '@nestjs/common';
import { DeliveryObserver } from '@fedistream/delivery';
import { DeliveryTimes } from './delivery-times.js';

/** Measures deliveries. Global: the stream kit asks for an observer, and knows nothing of the application. */
@Global()
@Module({
  providers: [DeliveryTimes, { provide: DeliveryObserver, useExisting: DeliveryTimes }],
  exports: [DeliveryTimes, DeliveryObserver],
})
export class DeliveryTimesModule {}
