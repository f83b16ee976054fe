import { Injectable } from '@nestjs/common';

/** Why an open connection lost its authorisation. */
export type RevocationReason = 'token' | 'account' | 'expiry' | 'revalidation';

/** Counters since the start, for the metrics. */
@Injectable()
export class AuthStatistics {
  /** Requests whose token was accepted. */
  authenticated = 0;

  /** Gauge: clients whose token was found and that wait for their turn. */
  waiting = 0;

  /** Connections ended, by cause: a kill of their token or account, the token's expiry, or a failed re-validation. */
  readonly revoked: Record<RevocationReason, number> = { token: 0, account: 0, expiry: 0, revalidation: 0 };
}
