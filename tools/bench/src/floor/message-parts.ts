/** Where the parts of a published message `{"event":"...","payload":...}` lie: event name and payload without their quotes. */
export interface MessageParts {
  readonly eventFrom: number;
  readonly eventTo: number;
  readonly payloadFrom: number;
  readonly payloadTo: number;
  /** Whether the payload is a JSON string; then the positions are those between its quotes. */
  readonly isString: boolean;
}

const eventKey = Buffer.from('{"event":"');
const payloadKey = Buffer.from('"payload":');
const quote = 34;

/** Cuts a message by position. It trusts the publisher to write `event` first, `payload` second and no blanks, as Mastodon does. */
export function messageParts(data: Buffer, from: number, to: number): MessageParts {
  const eventFrom = from + eventKey.length;
  const eventTo = data.indexOf(quote, eventFrom);
  const payload = data.indexOf(payloadKey, eventTo) + payloadKey.length;
  const isString = data[payload] === quote;
  return {
    eventFrom,
    eventTo,
    payloadFrom: isString ? payload + 1 : payload,
    payloadTo: isString ? to - 2 : to - 1,
    isString,
  };
}
