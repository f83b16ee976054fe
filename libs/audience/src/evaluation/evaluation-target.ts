import type { ViewerSet } from '@fedistream/domain';
import type { ClosedBy } from '../rules/rule.js';

/** The stream that events are decided for. */
export interface EvaluationTarget {
  /** Which feed settings can close the stream; `undefined` when none can. */
  readonly closedBy: ClosedBy | undefined;
  /** The event types that the stream declares as carrying no status. */
  readonly eventsWithoutStatus: ReadonlySet<string>;
  /** The viewers at this moment; asked anew for each attempt to decide. */
  viewers(): ViewerSet;
}
