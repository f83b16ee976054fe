import type { Visibility } from '@fedistream/domain';
import type { Status } from '../status/status.js';

const allowedOnPublicStreams: Visibility = 'public';
/** A public status may boost or quote an `unlisted` one, which is public but absent from public timelines. */
const allowedWithin: ReadonlySet<unknown> = new Set<Visibility>(['public', 'unlisted']);

/**
 * Rule 1: public and hashtag streams carry `public` statuses only, and every status within them is `public` or `unlisted`.
 * The rule needs neither viewers nor database, so it is applied first.
 */
export function isPublic({ visibility, nestedVisibilities }: Status): boolean {
  return visibility === allowedOnPublicStreams && nestedVisibilities.every((nested) => allowedWithin.has(nested));
}
