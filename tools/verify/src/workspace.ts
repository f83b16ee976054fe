import { join } from 'node:path';

/** The workspace's directory: two levels above `tools/verify`. */
export const workspace = join(import.meta.dirname, '..', '..', '..');

/** A program that npm has installed in the workspace. */
export function installed(name: string): string {
  return join(workspace, 'node_modules', '.bin', name);
}
