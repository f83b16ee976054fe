import type { StreamEvent, Viewer } from '@fedistream/domain';

/** What a stream does with an event after its audience is decided. Neither function may throw. */
export interface DeliverySteps {
  /** Whether this viewer receives the event: called for each viewer and event. */
  readonly acceptsFor?: ((event: StreamEvent, viewer: Viewer) => boolean) | undefined;
  /** What viewers receive in place of an event; called once for each event and variant. `undefined` drops it. */
  readonly map?: ((event: StreamEvent) => StreamEvent | undefined) | undefined;
}

/** The steps for one selection: an event is mapped once, however many labels receive it. */
export function stepsForOne({ acceptsFor, map }: DeliverySteps): DeliverySteps {
  const mapped = new Map<StreamEvent, StreamEvent | undefined>();
  return {
    acceptsFor,
    map:
      map &&
      ((event) => {
        if (!mapped.has(event)) {
          mapped.set(event, map(event));
        }
        return mapped.get(event);
      }),
  };
}
