import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspaceRoot } from './testing/workspace-tree.js';

const read = (path: string) => readFileSync(resolve(workspaceRoot, path), 'utf8');

describe('CODEOWNERS', () => {
  const modules = readdirSync(resolve(workspaceRoot, 'libs'))
    .filter((lib) => existsSync(resolve(workspaceRoot, 'libs', lib, 'project.json')))
    .filter((lib) => read(`libs/${lib}/project.json`).includes('"type:stream-module"'));

  it.each(modules)('gives libs/%s to the team that its module and its tag name', (lib) => {
    const owner = /owner: '([^']+)'/.exec(read(`libs/${lib}/src/index.ts`))?.[1] ?? '';
    expect(read('CODEOWNERS').split('\n')).toContain(`/libs/${lib}/ @${owner}`);
    expect(read(`libs/${lib}/project.json`)).toContain(`"team:${owner.replace(/^team-/, '')}"`);
  });

  it('is about at least the five worked examples', () => {
    expect(modules.length).toBeGreaterThanOrEqual(5);
  });
});
