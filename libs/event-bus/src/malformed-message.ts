/**
 * Why a message was dropped:
 * - `notJson`: the text is not JSON at all
 * - `notAnObject`: JSON, but `null`, an array, a string or a number
 * - `noEvent`: it has no member `event`
 * - `badEventName`: `event` is no string, is empty, or contains control characters, which could forge lines of an event
 *   stream
 * - `tooDeep`: nested deeper than {@link deepestNesting}
 */
export type MalformedReason = 'notJson' | 'notAnObject' | 'noEvent' | 'badEventName' | 'tooDeep';

/** A message that is not an event. There is one shared object per reason, so that malformed messages cost no memory. */
export class MalformedMessage {
  static readonly notJson = new MalformedMessage('notJson');
  static readonly notAnObject = new MalformedMessage('notAnObject');
  static readonly noEvent = new MalformedMessage('noEvent');
  static readonly badEventName = new MalformedMessage('badEventName');
  static readonly tooDeep = new MalformedMessage('tooDeep');

  private constructor(readonly reason: MalformedReason) {}
}
