import { idOf } from './ids.js';

/** Somebody with an access token, who listens. */
export interface Viewer {
  readonly token: string;
  readonly accountId: string;
}

/** A viewer without blocks, mutes or filters. */
export function viewer(index: number): Viewer {
  return viewerOf(idOf('viewer', index));
}

/** A viewer with relations and filters: those of `relationsOf` with the same index. */
export function choosyViewer(index: number): Viewer {
  return viewerOf(idOf('choosyViewer', index));
}

function viewerOf(accountId: string): Viewer {
  return { accountId, token: `fedibench-token-${accountId}` };
}
