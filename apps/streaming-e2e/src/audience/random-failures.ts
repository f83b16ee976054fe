import * as fc from 'fast-check';

/** A relationship that hides a status: the viewer blocks, mutes or is blocked, or blocks the domain. */
export type Kind = 'block' | 'mute' | 'blocked' | 'domain';

/** A relationship that begins or ends. Accounts are indexes. */
export interface Change {
  readonly viewer: number;
  readonly author: number;
  readonly kind: Kind;
}

/** An event that is published. */
export interface Event {
  readonly event: 'update' | 'status.update' | 'delete';
  readonly author: number;
  readonly mentioned: number | null;
}

/** One step of a phase. */
export type Step = { readonly change: Change } | { readonly post: Event };

/** A failure of PostgreSQL. */
export type DatabaseFailure = 'stop' | 'suspend' | 'terminate';

/** A failure, with steps before and events during it. Relationships change only while the database is up. */
export interface Phase {
  readonly before: readonly Step[];
  readonly failure: DatabaseFailure;
  readonly during: readonly Event[];
  readonly after: readonly Step[];
}

/** Random phases, one for each kind of failure. */
export function anyPhases(
  viewers: number,
  authors: number,
  failures: readonly DatabaseFailure[],
): fc.Arbitrary<Phase[]> {
  const author = fc.nat(authors - 1);
  const post = fc.record({
    event: fc.constantFrom('update' as const, 'update' as const, 'status.update' as const, 'delete' as const),
    author,
    mentioned: fc.option(author, { freq: 2 }),
  });
  const change = fc.record({
    viewer: fc.nat(viewers - 1),
    author,
    kind: fc.constantFrom<Kind[]>('block', 'mute', 'blocked', 'domain'),
  });
  const step: fc.Arbitrary<Step> = fc.oneof(fc.record({ change }), fc.record({ post }));
  const steps = fc.array(step, { minLength: 10, maxLength: 20 });
  const phaseWith = (failure: DatabaseFailure) =>
    fc.record({
      before: steps,
      failure: fc.constant(failure),
      during: fc.array(post, { minLength: 5, maxLength: 15 }),
      after: steps,
    });
  return fc
    .shuffledSubarray([...failures], { minLength: failures.length })
    .chain((order) => fc.tuple(...order.map(phaseWith)));
}
