import { Injectable } from '@nestjs/common';
import type { MalformedReason } from './malformed-message.js';

/** What the bus has seen since the process started. Plain numbers: whoever exposes them reads them when asked. */
@Injectable()
export class BusStatistics {
  /** Messages that the broker has handed on, whatever became of them. */
  received = 0;

  /** Messages that were dropped because they are no events. */
  readonly malformed: Record<MalformedReason, number> = {
    notJson: 0,
    notAnObject: 0,
    noEvent: 0,
    badEventName: 0,
    tooDeep: 0,
  };

  /** Errors that listeners have thrown. Each is a bug: listeners handle their own errors. */
  listenerErrors = 0;
}
