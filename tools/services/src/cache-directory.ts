import { join } from 'node:path';

/** `tools/services`, two levels above this file, whether it runs from `src` or from `dist`. */
const workspace = join(import.meta.dirname, '..', '..', '..');

/** Where fetched programs are kept between runs: below `$XDG_CACHE_HOME` when it is set, else in the workspace. */
export function cacheDirectory(): string {
  const home = process.env['XDG_CACHE_HOME'];
  return home === undefined || home === ''
    ? join(workspace, '.cache', 'services')
    : join(home, 'fedistream', 'services');
}
