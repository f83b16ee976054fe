import { Injectable } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';

/** Why a connection that was open has lost its authorisation. */
export type RevocationReason = 'token' | 'account' | 'expiry' | 'revalidation';

/** Counters since the start, for whoever exposes them. */
@Injectable()
export class AuthStatistics {
  /** Requests whose token was accepted. */
  authenticated = 0;

  /** Requests refused, by error code. */
  readonly refused = { missingToken: 0, badRequest: 0, invalidToken: 0, missingScope: 0, unavailable: 0 };

  /** Connections ended: by a kill of their token or account, at the token's expiry, or found out by re-validation. */
  readonly revoked: Record<RevocationReason, number> = { token: 0, account: 0, expiry: 0, revalidation: 0 };

  /** Counts a refusal by its code; anything else is not counted. */
  countRefusal(failure: unknown): void {
    if (failure instanceof StreamingError && failure.code in this.refused) {
      this.refused[failure.code as keyof typeof this.refused]++;
    }
  }
}
