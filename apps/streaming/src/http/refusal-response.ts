import { wwwAuthenticate } from '@fedistream/auth';
import type { StreamingError } from '@fedistream/domain';
import { allowedMethods } from './allowed-methods.js';

/** The headers of a refusal, in addition to those of every answer. */
export function refusalHeaders(error: StreamingError): Readonly<Record<string, string | number>> {
  const challenge = wwwAuthenticate(error);
  return {
    'Cache-Control': 'private, no-store',
    ...(challenge === undefined ? {} : { 'WWW-Authenticate': challenge }),
    ...(error.retryAfterSeconds === undefined ? {} : { 'Retry-After': error.retryAfterSeconds }),
    ...(error.code === 'methodNotAllowed' ? { Allow: allowedMethods.join(', ') } : {}),
  };
}

/** The body of every refusal. */
export function refusalBody({ message }: StreamingError): { readonly error: string } {
  return { error: message };
}
