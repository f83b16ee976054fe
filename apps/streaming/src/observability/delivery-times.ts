import { Injectable } from '@nestjs/common';
import { DeliveryObserver, type Delivery } from '@fedistream/delivery';

/** Upper bounds in seconds: events of idle servers take less than the first, and waiting ones up to the last and more. */
export const deliveryBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20] as const;

/** The deliveries of one stream. */
export interface StreamTimes {
  /** How many took at most as long as each bound and longer than the one before; behind the last, all others. */
  readonly counts: number[];
  sumSeconds: number;
}

/**
 * How long events took from their receipt until they were handed to the sockets of their clients. Plain numbers, read when
 * metrics are scraped.
 */
@Injectable()
export class DeliveryTimes extends DeliveryObserver {
  /** By the stream's first name. */
  readonly byStream = new Map<string, StreamTimes>();

  /** Counts one delivery. */
  delivered({ stream, receivedAtMs, writtenAtMs }: Delivery): void {
    let times = this.byStream.get(stream);
    if (times === undefined) {
      times = { counts: Array<number>(deliveryBounds.length + 1).fill(0), sumSeconds: 0 };
      this.byStream.set(stream, times);
    }
    const seconds = (writtenAtMs - receivedAtMs) / 1_000;
    let bucket = 0;
    while (bucket < deliveryBounds.length && seconds > (deliveryBounds[bucket] ?? 0)) {
      bucket += 1;
    }
    times.counts[bucket] = (times.counts[bucket] ?? 0) + 1;
    times.sumSeconds += seconds;
  }
}
