import { Injectable } from '@nestjs/common';

/** Why a connection that was open has lost its authorisation. */
export type RevocationReason = 'token' | 'account' | 'expiry' | 'revalidation';

/** Counters since the start, for whoever exposes them. */
@Injectable()
export class AuthStatistics {
  /** Requests whose token was accepted. */
  authenticated = 0;

  /** Connections ended: by a kill of their token or account, at the token's expiry, or found out by re-validation. */
  readonly revoked: Record<RevocationReason, number> = { token: 0, account: 0, expiry: 0, revalidation: 0 };
}
