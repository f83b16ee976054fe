import type { ExecutionContext } from '@nestjs/common';
import type { Viewer } from '@fedistream/domain';
import { describe, expect, it } from 'vitest';
import { ScopeRequirements } from './scope-requirements.js';
import type { ScopeRequirement } from './scope-requirements.js';
import { ScopesGuard } from './scopes.guard.js';
import { requireScopes } from './scopes.js';

function viewer(...scopes: string[]): Viewer {
  return { accountId: '1', userId: '2', tokenId: '3', scopes: new Set(scopes) };
}

const missingScope = expect.objectContaining({ code: 'missingScope', status: 401 }) as Error;

describe('requireScopes', () => {
  it('accepts a token with any one of the scopes', () => {
    expect(() => {
      requireScopes(viewer('write', 'read:statuses'), ['read', 'read:statuses']);
    }).not.toThrow();
  });

  it('does not accept a scope of which a required one is a prefix', () => {
    expect(() => {
      requireScopes(viewer('read:statuses'), ['read', 'read:notifications']);
    }).toThrow(missingScope);
  });

  it('refuses a token without scopes', () => {
    expect(() => {
      requireScopes(viewer(), ['read']);
    }).toThrow(missingScope);
  });

  it('denies everyone when the list of scopes is empty', () => {
    expect(() => {
      requireScopes(viewer('read', 'admin:read'), []);
    }).toThrow(missingScope);
  });
});

describe('ScopesGuard', () => {
  const context = {} as ExecutionContext;
  const guard = (request: ScopeRequirement | undefined) =>
    new ScopesGuard(
      new (class extends ScopeRequirements {
        override requirementOf(given: ExecutionContext): ScopeRequirement | undefined {
          expect(given).toBe(context);
          return request;
        }
      })(),
    );

  it('accepts a viewer with a required scope', () => {
    expect(guard({ viewer: viewer('read'), scopes: ['read', 'read:statuses'] }).canActivate(context)).toBe(true);
  });

  it('refuses a viewer without one', () => {
    expect(() => guard({ viewer: viewer('write'), scopes: ['read'] }).canActivate(context)).toThrow(missingScope);
  });

  it('accepts a request for which no scope is required', () => {
    expect(guard(undefined).canActivate(context)).toBe(true);
  });
});
