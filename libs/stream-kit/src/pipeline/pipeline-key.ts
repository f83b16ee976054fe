import type { Channel } from '@fedistream/domain';
import type { StreamRequest } from '../modules/stream-definition.js';

/**
 * A text that is equal for requests that receive the same from one pipeline, and only for those. Whatever a text of a client
 * is made of, no two other requests have the same key.
 *
 * Parameters count only for streams with code of their own for events; without it, equal channels mean equal events. There,
 * spellings that are read as equal parameters (`Foo`, `foo`) share a run of that code and a decision.
 */
export function pipelineKey(request: StreamRequest, channels: readonly Channel[]): string {
  const { definition } = request;
  const { audience, closedBy } = definition.declaration;
  const decision = audience === 'per-viewer' ? (closedBy ?? 'nothing') : '';
  return JSON.stringify([decision, definition.hasOwnCode ? runOf(request) : [], channels]);
}

/**
 * What distinguishes the runs of a stream's own code. Parameters count as they were read where their JSON tells them apart;
 * other values may look equal and not be (a `Set`), so the label counts: it has what the client wrote.
 */
function runOf({ name, params, label }: StreamRequest): unknown {
  return Object.values(params).every(isPlain) ? { name, params } : label;
}

/** Of the texts, numbers and truth values that parameters mostly are, or a list of these. */
function isPlain(value: unknown): boolean {
  // The result of a regular expression is an array with members of its own, which JSON leaves out.
  return Array.isArray(value) ? value.every(isScalar) && Object.keys(value).length === value.length : isScalar(value);
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
}
