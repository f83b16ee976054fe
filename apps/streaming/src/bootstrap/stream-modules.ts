import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ModuleSource } from '@fedistream/stream-kit/server';

/** The stream modules of this workspace that every server offers. The generator adds a team's lib here. */
export const workspaceModules: readonly string[] = ['@fedistream/streams'];

/** The packages that are named, each once, behind those of the workspace. */
export function moduleSources(named: readonly string[] = []): readonly ModuleSource[] {
  return [...new Set([...workspaceModules, ...named])].map((name) => ({
    package: name,
    version: versionOf(name),
    load: () => import(name) as Promise<unknown>,
  }));
}

/** The installed version of a package; empty when it is not installed. Its exports need not include package.json. */
function versionOf(name: string): string {
  for (const directory of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      const { version } = JSON.parse(readFileSync(join(directory, name, 'package.json'), 'utf8')) as {
        version?: string;
      };
      return version ?? '';
    } catch {
      // Not here: the next directory is further up.
    }
  }
  return '';
}
