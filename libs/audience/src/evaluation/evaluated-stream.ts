import type { ViewerSet } from '@fedistream/domain';
import type { ClosedBy } from '../rules/rule.js';

/** The stream whose events are decided: its declarations and its present viewers. */
export interface EvaluatedStream {
  /** Which feed settings can close the stream; `undefined` when none can. */
  readonly closedBy: ClosedBy | undefined;
  /** The event types that the stream declares as carrying no status. */
  readonly eventsWithoutStatus: ReadonlySet<string>;
  /** Called when an event is dropped undecided. @param accountIds of the viewers for whom; `undefined` for all */
  readonly undecided?: ((accountIds: Iterable<string> | undefined) => void) | undefined;
  /** Returns the present viewers; called again for each attempt to decide. */
  viewers(): ViewerSet;
}
