import { StreamEvent, type Viewer } from '@fedistream/domain';
import type { DeliverySteps } from '@fedistream/delivery';
import type { StreamDefinition, StreamRequest } from '../modules/stream-definition.js';
import type { StreamFunction, StreamStatistics } from '../modules/stream-statistics.js';
import type { FailureLog } from './failure-log.js';
import { mustBeDeclared } from './must-be-declared.js';
import { refusePromise } from './refuse-promise.js';

const mustBeBoolean = 'it must return true or false';
const mustBeEvent = 'it must return an event made by event(), or undefined';

/** Whether an event continues. Never throws. */
export type EventFilter = (event: StreamEvent) => boolean;

/**
 * What a request lets through before its audience is decided: declared events that `accepts` accepts. `undefined` when
 * all pass, so that nothing is called for each event. A failure, or an answer that is neither true nor false, drops it.
 */
export function eventFilter(
  request: StreamRequest,
  failures: FailureLog,
  statistics: StreamStatistics,
): EventFilter | undefined {
  const { definition } = request;
  const { readable, declaration } = definition;
  const { accepts } = declaration;
  if (readable === undefined && accepts === undefined) {
    return undefined;
  }
  const counters = statistics.of(definition.names[0] ?? '');
  // A copy of the parameters for each run, so that what a stream remembers by them is never of two runs.
  const context = definition.requestContext({ ...request, params: Object.freeze({ ...request.params }) });
  return (event) => {
    if (readable?.has(event.name) === false) {
      counters.undeclaredEvents += 1;
      return false;
    }
    return accepts === undefined || isTrue(request, failures, 'accepts', () => accepts(event, context));
  };
}

/** What a request does per viewer and event; `undefined` for streams that do nothing. */
export function deliverySteps(request: StreamRequest, failures: FailureLog): DeliverySteps | undefined {
  const { definition } = request;
  const { acceptsFor, map } = definition.declaration;
  if (acceptsFor === undefined && map === undefined) {
    return undefined;
  }
  const context = definition.requestContext(request);
  const contexts = new WeakMap<Viewer, ReturnType<typeof definition.context>>();
  const contextOf = (viewer: Viewer) => {
    let context = contexts.get(viewer);
    if (context === undefined) {
      context = definition.context(request, viewer);
      contexts.set(viewer, context);
    }
    return context;
  };
  return {
    acceptsFor:
      acceptsFor &&
      ((event, viewer) => isTrue(request, failures, 'acceptsFor', () => acceptsFor(event, contextOf(viewer)))),
    map:
      map &&
      ((event) => {
        const made = mapped(request, failures, () => map(event, context));
        return made && placed(made, event);
      }),
  };
}

function isTrue(request: StreamRequest, failures: FailureLog, method: StreamFunction, ask: () => unknown): boolean {
  try {
    const answer = refusePromise(ask(), mustBeBoolean);
    if (typeof answer !== 'boolean') {
      throw new TypeError(`${mustBeBoolean}, not ${String(answer)}`);
    }
    return answer;
  } catch (failure) {
    failures.add(request.definition, method, failure, 'the event was dropped');
    return false;
  }
}

function mapped(request: StreamRequest, failures: FailureLog, make: () => unknown): StreamEvent | undefined {
  try {
    return asEvent(make(), request.definition);
  } catch (failure) {
    failures.add(request.definition, 'map', failure, 'the event was dropped');
    return undefined;
  }
}

/** An event has one place. A stream may make the same object of several events: each gets its own then. */
function placed(made: StreamEvent, { origin }: StreamEvent): StreamEvent {
  if (origin === undefined || made.origin === origin) {
    return made;
  }
  const event = made.origin === undefined ? made : StreamEvent.of(made.name, made.text);
  event.placeAt(origin);
  return event;
}

function asEvent(answer: unknown, definition: StreamDefinition): StreamEvent | undefined {
  const made = refusePromise(answer, mustBeEvent);
  if (made !== undefined && !(made instanceof StreamEvent)) {
    throw new TypeError(`${mustBeEvent}, not a value of type ${typeof made}`);
  }
  if (made !== undefined) {
    mustBeDeclared(definition, made);
  }
  return made;
}
