import type { Channel, EventOrigin } from '@fedistream/domain';
import type { DeliverySteps } from './delivery-steps.js';

/** What a fan-out knows of the places of messages, on a server with a history. */
export interface FanoutPlaces {
  /** The last marker behind which no event is on its way to the fan-out. */
  readonly marker: () => EventOrigin | undefined;
  /** The last marker of all: a subscription that begins now owes nothing to what was published before it. */
  readonly lastMarker: () => EventOrigin | undefined;
  /**
   * The position of a message that came after the last marker of all. Left out where events take time to arrive: the
   * position of each subscription's last event is kept then.
   */
  readonly positionAt?: (order: number) => string | undefined;
}

/** What a fan-out may be told. */
export interface FanoutOptions {
  /** The channels whose events it delivers. Default: none, and the labels that a connection has in it are not bounded. */
  readonly channels?: readonly Channel[];
  /** Left out for streams without code of their own per viewer: an event costs nothing more then. */
  readonly steps?: DeliverySteps | undefined;
  /** Left out without a history. */
  readonly places?: FanoutPlaces | undefined;
}
