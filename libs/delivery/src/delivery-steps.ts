import type { StreamEvent, Viewer } from '@fedistream/domain';

/** The functions of a stream that run after the audience is decided. They MUST NOT throw. */
export interface DeliverySteps {
  /** Whether this viewer receives the event: called for each viewer and event. */
  readonly acceptsFor?: ((event: StreamEvent, viewer: Viewer) => boolean) | undefined;
  /** Replaces an event for its viewers; called once for each event and variant. `undefined` drops it. */
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
