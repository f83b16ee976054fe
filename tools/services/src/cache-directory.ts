import { join } from 'node:path';

/** `tools/services`, two levels above this file, whether it runs from `src` or from `dist`. */
const workspace = join(import.meta.dirname, '..', '..', '..');

/** The cache of fetched programs: below `$XDG_CACHE_HOME` if it is set, otherwise in the workspace. */
export function cacheDirectory(): string {
  const home = process.env['XDG_CACHE_HOME'];
  return home === undefined || home === ''
    ? join(workspace, '.cache', 'services')
    : join(home, 'fedistream', 'services');
}
