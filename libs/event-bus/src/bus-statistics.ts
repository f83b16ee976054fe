import { Injectable } from '@nestjs/common';
import type { MalformedReason } from './malformed-message.js';

/** Counters of the bus since the process started: plain numbers, read when metrics are scraped. */
@Injectable()
export class BusStatistics {
  /** Messages that the broker has delivered, malformed ones included. */
  received = 0;

  /** Messages that were dropped because they are malformed, by reason. */
  readonly malformed: Record<MalformedReason, number> = {
    notJson: 0,
    notAnObject: 0,
    noEvent: 0,
    badEventName: 0,
    tooDeep: 0,
  };

  /** Errors that listeners have thrown. Each is a bug: listeners must handle their own errors. */
  listenerErrors = 0;
}
