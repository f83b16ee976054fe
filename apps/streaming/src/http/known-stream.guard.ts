import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';
import { StreamRegistry } from '@fedistream/stream-kit/server';
import { streamPath, type StreamHttpRequest } from './http-request.js';

/** Refuses a path that is no stream, before authentication. @throws StreamingError `unknownPath` */
@Injectable()
export class KnownStreamGuard implements CanActivate {
  constructor(private readonly registry: StreamRegistry) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<StreamHttpRequest>();
    const definition = this.registry.findByPath(streamPath(request));
    if (definition === undefined) {
      throw new StreamingError('unknownPath');
    }
    request.definition = definition;
    return true;
  }
}
