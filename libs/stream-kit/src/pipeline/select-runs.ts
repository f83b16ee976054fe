import { StreamEvent } from '@fedistream/domain';
import { isObservable, Observable, of, retry, tap, timer, type Unsubscribable } from 'rxjs';
import type { StreamDefinition, StreamRequest } from '../modules/stream-definition.js';
import type { FailureLog } from './failure-log.js';
import { mustBeDeclared } from './must-be-declared.js';
import { refusePromise } from './refuse-promise.js';

const mustBeObservable = 'it must return an Observable';
/** How long a stream rests whose `select` fails before it has been given anything. */
const restMs = 1_000;

/**
 * What `select` makes of events, run after run. When it fails for one, that one is lost, with what it was holding back,
 * and it has begun again before the next. When it fails before it was given any, it would do so for ever: it rests
 * first, and what is published meanwhile is lost. A `select` that completes has failed, too: its clients wait for more.
 */
export function selectRuns(
  request: StreamRequest,
  events: Observable<StreamEvent>,
  failures: FailureLog,
): Observable<StreamEvent> {
  const { definition } = request;
  let given = false;
  const run = new Observable<StreamEvent>((subscriber) => {
    given = false;
    const noticed = events.pipe(tap(() => (given = true)));
    const answer: unknown = definition.declaration.select?.(noticed, definition.requestContext(request));
    const selected = refusePromise(answer, mustBeObservable);
    if (!isObservable(selected)) {
      throw new TypeError(`${mustBeObservable}, not ${String(selected)}`);
    }
    const running = (selected as Observable<StreamEvent>).subscribe({
      next: (event: unknown) => {
        try {
          subscriber.next(asEvent(event, definition));
        } catch (failure) {
          failures.add(definition, 'select', failure, 'the event was dropped');
        }
      },
      error: (failure: unknown) => {
        subscriber.error(failure);
      },
      complete: () => {
        subscriber.error(new Error('it has completed, as take() and first() do'));
      },
    });
    return () => {
      end(running, (failure) => {
        failures.add(definition, 'select', failure, 'it had been ended');
      });
    };
  });
  return run.pipe(
    retry({
      delay: (failure) => {
        const next = given
          ? 'it begins again with the next event'
          : `events are lost until it begins again in ${restMs} ms`;
        failures.add(definition, 'select', failure, next);
        return given ? of(undefined) : timer(restMs);
      },
    }),
  );
}

function asEvent(emitted: unknown, definition: StreamDefinition): StreamEvent {
  if (!(emitted instanceof StreamEvent)) {
    throw new TypeError(`it must emit events made by event(), not a value of type ${typeof emitted}`);
  }
  mustBeDeclared(definition, emitted);
  return emitted;
}

/** What throws while it ends must keep neither its successor from beginning nor a connection from its teardown. */
function end(running: Unsubscribable, report: (failure: unknown) => void): void {
  try {
    running.unsubscribe();
  } catch (failure) {
    report(failure);
  }
}
