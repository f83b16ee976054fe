import type { Target } from './target.js';

/** What a server does, by a document. */
export interface Expectation {
  /** Says what is done and to what: `GET /api/v1/streaming/user without a token`. */
  readonly title: string;
  /** `Mastodon`: its API documentation. `Fedistream`: a row of docs/differences.md. */
  readonly source: 'Mastodon' | 'Fedistream';
  /** Mastodon's server ends of it, and its clients reconnect: it is observed when no other expectation is under way. */
  readonly endsMastodon?: boolean;
  /** What {@link observe} returns; a function where it depends on ids. */
  readonly expected: unknown;
  readonly observe: (target: Target) => Promise<unknown>;
}

/** What a server did where {@link Expectation.expected} was due. */
export interface Observation {
  readonly expectation: Expectation;
  readonly expected: unknown;
  readonly observed: unknown;
}

/** Observes a target; what fails is observed as the message of the error. */
export async function observe(expectation: Expectation, target: Target): Promise<Observation> {
  const { expected } = expectation;
  return {
    expectation,
    expected: typeof expected === 'function' ? (expected as (target: Target) => unknown)(target) : expected,
    observed: await expectation.observe(target).catch((error: unknown) => `failed: ${String(error)}`),
  };
}
