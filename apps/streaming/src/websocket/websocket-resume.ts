import { resumableWebSocketFraming } from '@fedistream/delivery';
import { StreamEvent } from '@fedistream/domain';
import type { RawParams, Resumed, ResumeSubscription } from '@fedistream/stream-kit/server';

/**
 * Reads whether a client wants to know its positions: `since` with its last one, or `resume` to begin with. Neither is
 * sent by clients that do not know of it, and to those nothing changes.
 *
 * @param message a `subscribe` message, or the query of the upgrade
 * @param always whether the client has asked for all subscriptions of its connection
 */
export function readWebSocketResume(message: RawParams, always: boolean): ResumeSubscription | undefined {
  const since = typeof message['since'] === 'string' && message['since'] !== '' ? message['since'] : undefined;
  return since === undefined && !always && !wantsPositions(message)
    ? undefined
    : { since, framing: resumableWebSocketFraming, answer: resumeAnswer };
}

/** Whether `resume` is set, in a query or a message. */
export function wantsPositions({ resume }: RawParams): boolean {
  return resume === true || resume === 1 || resume === '1' || resume === 'true';
}

/** The frame behind which everything that was missed follows, or that says that something is missing. */
export function resumeAnswer({ recovered, events }: Resumed): readonly StreamEvent[] {
  return recovered === undefined ? [] : [StreamEvent.of('resumed', { recovered, events: events.length })];
}
