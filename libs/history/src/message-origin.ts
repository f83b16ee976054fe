import type { Channel, EventOrigin } from '@fedistream/domain';
import { formatPosition, messageHash, type Position } from './position.js';

/** The place of one message. Keeps the message until the position is asked for; the event's payload is a part of it anyway. */
export class MessageOrigin implements EventOrigin {
  readonly order: number;
  readonly #epoch: string | undefined;
  readonly #marker: string | undefined;
  readonly channel: Channel;
  #message: Buffer | undefined;
  #position: Position | undefined;

  constructor(
    order: number,
    channel: Channel,
    epoch: string | undefined,
    marker: string | undefined,
    message: Buffer | undefined,
    position?: Position,
  ) {
    this.order = order;
    this.#epoch = epoch;
    this.#marker = marker;
    this.channel = channel;
    this.#message = message;
    this.#position = position;
  }

  get position(): Position | undefined {
    if (this.#message !== undefined && this.#epoch !== undefined && this.#marker !== undefined) {
      const hash = messageHash(this.#marker, this.channel, this.#message);
      this.#position = formatPosition({ epoch: this.#epoch, hash });
      this.#message = undefined;
    }
    return this.#position;
  }
}
