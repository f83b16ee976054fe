import { statusEvents, type StreamEvent } from '@fedistream/domain';

/**
 * Leaves out statuses that were deleted meanwhile. Their `delete` stays: the client may have received the status, and
 * missed an edit of it only.
 */
export function withoutDeleted(events: readonly StreamEvent[]): readonly StreamEvent[] {
  const deleted = new Set(events.flatMap(({ name, text }) => (name === 'delete' && text !== undefined ? [text] : [])));
  return deleted.size === 0
    ? events
    : events.filter(({ name, payload }) => !statusEvents.has(name) || !deleted.has(idOf(payload)));
}

function idOf(payload: unknown): string {
  const id: unknown = typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'id') : undefined;
  return typeof id === 'string' ? id : '';
}
