import { idOf } from './ids.js';

/** An account with an access token, whose clients listen. */
export interface Viewer {
  readonly token: string;
  readonly accountId: string;
}

/** A viewer without blocks, mutes or filters. */
export function viewer(index: number): Viewer {
  return viewerOf(idOf('viewer', index));
}

/** A viewer with relations and filters: those of `relationsOf` with the same index. */
export function relatedViewer(index: number): Viewer {
  return viewerOf(idOf('relatedViewer', index));
}

function viewerOf(accountId: string): Viewer {
  return { accountId, token: `fedibench-token-${accountId}` };
}
