/** Names that no stream may have, because `/api/v1/streaming/<name>` is the server's own. */
export const reservedNames: readonly string[] = ['health'];

/** Names that no parameter may have, because a query or a message of a client uses them for something else. */
export const reservedParameters: readonly string[] = [
  'access_token',
  'last_event_id',
  'resume',
  'since',
  'stream',
  'type',
];
