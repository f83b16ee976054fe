import type { ExecutionContext } from '@nestjs/common';
import type { Viewer } from '@fedistream/domain';
import { describe, expect, it } from 'vitest';
import { AccessRequests } from './access-requests.js';
import type { AccessRequest } from './access-requests.js';
import { ScopesGuard } from './scopes.guard.js';
import { requireScopes } from './scopes.js';

function viewer(...scopes: string[]): Viewer {
  return { accountId: '1', userId: '2', tokenId: '3', scopes: new Set(scopes) };
}

const missingScope = expect.objectContaining({ code: 'missingScope', status: 401 }) as Error;

describe('requireScopes', () => {
  it('lets any one of the scopes suffice', () => {
    expect(() => {
      requireScopes(viewer('write', 'read:statuses'), ['read', 'read:statuses']);
    }).not.toThrow();
  });

  it('does not take one scope for another that begins alike', () => {
    expect(() => {
      requireScopes(viewer('read:statuses'), ['read', 'read:notifications']);
    }).toThrow(missingScope);
  });

  it('refuses a token without scopes', () => {
    expect(() => {
      requireScopes(viewer(), ['read']);
    }).toThrow(missingScope);
  });

  it('opens nothing that names no scope', () => {
    expect(() => {
      requireScopes(viewer('read', 'admin:read'), []);
    }).toThrow(missingScope);
  });
});

describe('ScopesGuard', () => {
  const context = {} as ExecutionContext;
  const guard = (request: AccessRequest | undefined) =>
    new ScopesGuard(
      new (class extends AccessRequests {
        override read(asked: ExecutionContext): AccessRequest | undefined {
          expect(asked).toBe(context);
          return request;
        }
      })(),
    );

  it('lets pass who has a scope for what is opened', () => {
    expect(guard({ viewer: viewer('read'), scopes: ['read', 'read:statuses'] }).canActivate(context)).toBe(true);
  });

  it('refuses who has none', () => {
    expect(() => guard({ viewer: viewer('write'), scopes: ['read'] }).canActivate(context)).toThrow(missingScope);
  });

  it('leaves it to others to refuse what does not exist', () => {
    expect(guard(undefined).canActivate(context)).toBe(true);
  });
});
