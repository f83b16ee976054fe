import type { Framing } from '@fedistream/delivery';
import { StreamEvent } from '@fedistream/domain';

const eventStreamGap = StreamEvent.of('stream.gap', {});
const webSocketGap = StreamEvent.of('resumed', { recovered: false, events: 0 });

/** The event that tells a client which follows its position that events are missing before the next one. */
export function gapEvent({ type }: Framing): StreamEvent {
  return type === 'websocket' ? webSocketGap : eventStreamGap;
}
