import type { Visibility } from '@fedistream/domain';
import type { Status } from '../status/status.js';

const onPublicStreams: Visibility = 'public';
/** `unlisted` may be boosted and quoted in public; it is only not announced by itself. */
const withinOthers: ReadonlySet<unknown> = new Set<Visibility | undefined>(['public', 'unlisted', undefined]);

/**
 * Rule 1: only `public` statuses travel on public and hashtag streams, and none that carries a private one within. It
 * does not depend on who listens, so it needs nothing but the status and comes before everything is asked.
 */
export function isPublic(status: Status): boolean {
  return status.visibility === onPublicStreams && status.embeddedVisibilities.every((one) => withinOthers.has(one));
}
