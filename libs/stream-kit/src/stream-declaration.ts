import type { ClosedBy } from '@fedistream/audience';
import type { Scope } from '@fedistream/domain';
import type { Params } from './param.js';

/** What a team declares about a stream. */
export interface StreamDeclaration<P extends Params = Params> {
  /**
   * The name that clients subscribe to, or all names of a family. The SSE path follows from it: `admin:reports` is
   * `/api/v1/streaming/admin/reports`.
   */
  readonly name: string | readonly [string, ...string[]];

  /** The OAuth scopes of which one is enough. */
  readonly scopes: readonly [Scope, ...Scope[]];

  /**
   * Who decides which viewer receives an event. `chosen-by-publisher`: the platform did, by the channel it published on.
   * `per-viewer`: this server does, for each status and viewer: visibility, feed access, languages, blocks, mutes,
   * domain blocks and filters all apply.
   */
  readonly audience: 'chosen-by-publisher' | 'per-viewer';

  /**
   * For `per-viewer` streams: which feed settings of the instance can close the stream, those of the live feeds or those of
   * hashtags and links. Left out, no setting closes it.
   */
  readonly closedBy?: ClosedBy;

  /** Parameters, in the order in which labels name them. */
  readonly params?: P;

  /**
   * Variants with a suffix in their name, which SSE clients choose by a query flag: `{ only_media: 'media' }` adds
   * `public:media` to `public`, and `/public?only_media=true` opens it.
   */
  readonly flags?: Readonly<Record<string, string>>;
}

/** The declaration's names as a list, without the variants that flags add. */
export function namesOf({ name }: StreamDeclaration): readonly string[] {
  return typeof name === 'string' ? [name] : name;
}
