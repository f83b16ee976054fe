import { Observable, type OperatorFunction } from 'rxjs';
import type { Decider, QueueContext } from './decision.js';
import { OrderedQueue } from './ordered-queue.js';

/** Replaces each input by the decision about it, through an {@link OrderedQueue}. Unsubscribing cancels what waits. */
export function decideInOrder<I, O>(decider: Decider<I, O>, context: QueueContext): OperatorFunction<I, O> {
  return (source) =>
    new Observable<O>((subscriber) => {
      const queue = new OrderedQueue(subscriber, decider, context);
      subscriber.add(() => {
        queue.close();
      });
      subscriber.add(
        source.subscribe({
          next: (input) => {
            queue.push(input);
          },
          error: (error: unknown) => {
            subscriber.error(error);
          },
          complete: () => {
            queue.end();
          },
        }),
      );
    });
}
