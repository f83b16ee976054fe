/**
 * Why the server ends a connection. The WebSocket code (RFC 6455, section 7.4) tells clients whether to come back:
 * after 1000 the usual libraries stop, after anything else they reconnect.
 */
export interface CloseReason {
  /** For logs and metrics. */
  readonly name: 'revoked' | 'restart' | 'slow' | 'gone' | 'binary' | 'flooding' | 'gap' | 'idle';
  /** `undefined` when the client cannot be told any more. */
  readonly code?: 1000 | 1003 | 1008 | 1012 | 1013;
}

/** All reasons. */
export const closeReasons = {
  /** The token or the account may no longer stream: do not come back. */
  revoked: { name: 'revoked', code: 1000 },
  /** A planned restart: come back, later. */
  restart: { name: 'restart', code: 1012 },
  /** The client does not read what it is sent: come back later. */
  slow: { name: 'slow', code: 1013 },
  /** The client sent a binary frame, which the protocol does not know. */
  binary: { name: 'binary', code: 1003 },
  /** The client sent far more messages than it may. */
  flooding: { name: 'flooding', code: 1008 },
  /** Messages may have been missed, and the client can resume: come back with the last position. */
  gap: { name: 'gap', code: 1012 },
  /** The client did not answer a ping: the connection is dead, so it gets no close frame. */
  idle: { name: 'idle' },
  /** The client has closed the connection. */
  gone: { name: 'gone' },
} as const satisfies Record<string, CloseReason>;
