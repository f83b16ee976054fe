import type { Tree } from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this workspace. */
export const workspaceRoot = fileURLToPath(new URL('../../../../../', import.meta.url));

const files = [
  'package.json',
  'tsconfig.json',
  'CODEOWNERS',
  'apps/streaming/package.json',
  'apps/streaming/tsconfig.json',
  'apps/streaming/src/bootstrap/stream-modules.ts',
  'libs/stream-kit/package.json',
  'libs/streams/src/direct.stream.ts',
  'libs/streams/src/public.stream.ts',
];

/** Puts the files of this workspace that the generator reads into a tree, as they are now. */
export function workspaceTree(tree: Tree): Tree {
  for (const file of files) {
    tree.write(file, readFileSync(resolve(workspaceRoot, file), 'utf8'));
  }
  tree.write('.prettierrc', readFileSync(resolve(workspaceRoot, '.prettierrc.json'), 'utf8'));
  return tree;
}
