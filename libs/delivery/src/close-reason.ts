/**
 * Why the server closes a connection. The WebSocket code (RFC 6455, section 7.4) tells clients whether to reconnect: after
 * 1000 the usual libraries stop, after any other code they reconnect.
 */
export interface CloseReason {
  /** For logs and metrics. */
  readonly name: 'revoked' | 'restart' | 'slow' | 'gone' | 'binary' | 'flooding' | 'idle';
  /** `undefined` when the client cannot receive a close frame any more. */
  readonly code?: 1000 | 1003 | 1008 | 1012 | 1013;
}

/** All reasons. */
export const closeReasons = {
  /** The token or the account may no longer stream: the client should not reconnect. */
  revoked: { name: 'revoked', code: 1000 },
  /** A planned restart: the client should reconnect later. */
  restart: { name: 'restart', code: 1012 },
  /** The client does not read its output: it should reconnect later. */
  slow: { name: 'slow', code: 1013 },
  /** The client sent a binary frame, which the protocol does not have. */
  binary: { name: 'binary', code: 1003 },
  /** The client exceeded the limit of messages by far. */
  flooding: { name: 'flooding', code: 1008 },
  /** The client did not answer a ping: the connection is dead, so it gets no close frame. */
  idle: { name: 'idle' },
  /** The client has closed the connection. */
  gone: { name: 'gone' },
} as const satisfies Record<string, CloseReason>;
