import { messageOf, webSocketFraming, type Transport } from '@fedistream/delivery';

/** What a client has received: the content of one WebSocket frame. */
export interface ReceivedEvent {
  readonly stream: readonly string[];
  readonly event: string;
  readonly payload?: string;
  /** The position, if the client has asked for positions. */
  readonly id?: string;
}

/** A client that keeps what it is sent: events, and errors as `status message`. */
export function recordingTransport(received: ReceivedEvent[], errors: string[] = []): Transport {
  return {
    framing: webSocketFraming,
    bufferedBytes: 0,
    bufferedPieces: 0,
    write: (bytes) => {
      received.push(JSON.parse(messageOf(bytes).toString()) as ReceivedEvent);
    },
    withdraw: ({ status, message }) => {
      errors.push(`${status} ${message}`);
    },
    uncork: () => undefined,
    close: () => Promise.resolve(true),
  };
}
