import type { StreamEvent } from '@fedistream/domain';
import type { StreamDefinition } from '../modules/stream-definition.js';

/**
 * Clients and documents know the events that a stream declares. The compiler has refused others; plain JavaScript gets
 * round it.
 *
 * @throws TypeError when the stream declares `events`, and this is none of them
 */
export function mustBeDeclared({ declaration }: StreamDefinition, { name }: StreamEvent): void {
  if (declaration.events !== undefined && !Object.hasOwn(declaration.events, name)) {
    throw new TypeError(`it made the event "${name}", which is not in events`);
  }
}
