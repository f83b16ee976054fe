import type { Visibility } from '@fedistream/domain';
import type { Status } from '../status/status.js';

const allowedOnPublicStreams: Visibility = 'public';
/** A public status may boost or quote an `unlisted` one, which is public but not announced by itself. */
const allowedWithin: ReadonlySet<unknown> = new Set<Visibility>(['public', 'unlisted']);

/**
 * Rule 1: only `public` statuses travel on public and hashtag streams, and every status within them is `public` or
 * `unlisted`. The rule needs no viewers and no database, so it comes before both.
 */
export function isPublic({ visibility, nestedVisibilities }: Status): boolean {
  return visibility === allowedOnPublicStreams && nestedVisibilities.every((nested) => allowedWithin.has(nested));
}
