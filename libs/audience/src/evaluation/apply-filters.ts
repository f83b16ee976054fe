import type { Selection } from '@fedistream/domain';
import { Observable, type OperatorFunction } from 'rxjs';
import type { FilterCache } from '../filters/filter-cache.js';
import type { QueueContext } from '../queue/decision.js';
import type { DecidedEvent } from './decided-event.js';
import type { EvaluatedStream } from './evaluated-stream.js';
import { FilterStage } from './filter-stage.js';

/** Applies the viewers' filters to decided events, through a {@link FilterStage}. Unsubscribing cancels what waits. */
export function applyFilters(
  stream: EvaluatedStream,
  filters: FilterCache,
  context: QueueContext,
): OperatorFunction<DecidedEvent, Selection> {
  return (source) =>
    new Observable<Selection>((subscriber) => {
      const stage = new FilterStage(subscriber, stream, filters, context);
      subscriber.add(() => {
        stage.close();
      });
      subscriber.add(
        source.subscribe({
          next: (decided) => {
            stage.push(decided);
          },
          error: (error: unknown) => {
            subscriber.error(error);
          },
          complete: () => {
            stage.end();
          },
        }),
      );
    });
}
