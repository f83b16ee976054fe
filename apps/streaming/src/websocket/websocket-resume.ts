import { resumableWebSocketFraming } from '@fedistream/delivery';
import { StreamEvent } from '@fedistream/domain';
import type { RawParams, Resumed, ResumeSubscription } from '@fedistream/stream-kit/server';

/**
 * Reads whether a client wants positions: `since` has its last one; `resume` asks for them from the start. Clients that do
 * not know this extension send neither, and see no difference.
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

/** The event `resumed`, before the missed events; it tells whether all of them follow. */
export function resumeAnswer({ recovered, events }: Resumed): readonly StreamEvent[] {
  return recovered === undefined ? [] : [StreamEvent.of('resumed', { recovered, events: events.length })];
}
