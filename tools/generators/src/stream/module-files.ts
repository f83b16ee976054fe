import { generateFiles, joinPathFragments, readJson, updateJson, type Tree } from '@nx/devkit';
import { fileURLToPath } from 'node:url';
import { withListEntry } from './list-entry.js';

/** A team's lib. */
export interface ModuleNames {
  /** The folder in `libs`: `drafts-streams`. */
  readonly project: string;
  /** The owner: `team-drafts`. */
  readonly team: string;
}

const templates = fileURLToPath(new URL('../../templates/module', import.meta.url));
const list = 'apps/streaming/src/bootstrap/stream-modules.ts';
const codeowners = 'CODEOWNERS';

/**
 * Makes a team's lib, with everything elsewhere that names it: references of the compiler, the app's dependencies, the
 * list of modules, the line in CODEOWNERS.
 */
export function addModule(tree: Tree, { project, team }: ModuleNames): void {
  const packageName = `@fedistream/${project}`;
  const { version: kitVersion } = readJson<{ version: string }>(tree, 'libs/stream-kit/package.json');
  const { dependencies } = readJson<{ dependencies: Record<string, string> }>(tree, 'package.json');
  generateFiles(tree, templates, joinPathFragments('libs', project), {
    project,
    team,
    teamTag: `team:${team.replace(/^team-/, '')}`,
    moduleName: project.replace(/-streams$/, ''),
    kitVersion,
    nestVersion: dependencies['@nestjs/common'],
    template: '',
  });
  addReference(tree, 'tsconfig.json', `./libs/${project}`);
  addReference(tree, 'apps/streaming/tsconfig.json', `../../libs/${project}`);
  updateJson<{ dependencies: Record<string, string> }>(tree, 'apps/streaming/package.json', (json) => ({
    ...json,
    dependencies: sorted({ ...json.dependencies, [packageName]: kitVersion }),
  }));
  tree.write(
    list,
    withListEntry(tree.read(list, 'utf8') ?? '', { list: 'workspaceModules', entry: `'${packageName}'` }),
  );
  const owners = tree.exists(codeowners) ? (tree.read(codeowners, 'utf8') ?? '') : '';
  tree.write(codeowners, `${owners.trimEnd()}\n/libs/${project}/ @${team}\n`.trimStart());
}

function addReference(tree: Tree, file: string, path: string): void {
  updateJson<{ references: { path: string }[] }>(tree, file, (json) => ({
    ...json,
    references: [...json.references.filter((reference) => reference.path !== path), { path }],
  }));
}

function sorted(members: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(members).sort(([one], [other]) => (one < other ? -1 : 1)));
}
