import { Injectable } from '@nestjs/common';

/** Why an open connection lost its authorisation. */
export type RevocationReason = 'token' | 'account' | 'expiry' | 'revalidation';

/** Counters since the start, for the metrics. */
@Injectable()
export class AuthStatistics {
  /** Requests whose token was accepted. */
  authenticated = 0;

  /** Gauge: clients that wait for the look-up of their token, or for their turn afterwards. */
  waiting = 0;

  /** Clients that were refused because too many waited, or because they had waited for too long. */
  refused = 0;

  /** Connections ended, by cause: a kill of their token or account, the token's expiry, or a failed re-validation. */
  readonly revoked: Record<RevocationReason, number> = { token: 0, account: 0, expiry: 0, revalidation: 0 };
}
