import { Injectable, type ExecutionContext } from '@nestjs/common';
import { authenticationOf, ScopeRequirements, type ScopeRequirement } from '@fedistream/auth';
import type { StreamHttpRequest } from './http-request.js';

/** The scopes of the stream that an HTTP request opens. */
@Injectable()
export class HttpScopeRequirements extends ScopeRequirements {
  override requirementOf(context: ExecutionContext): ScopeRequirement | undefined {
    const request = context.switchToHttp().getRequest<StreamHttpRequest>();
    const viewer = authenticationOf(request)?.viewer;
    return viewer && request.definition && { viewer, scopes: request.definition.scopes };
  }
}
