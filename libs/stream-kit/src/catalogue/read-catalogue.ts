import { mastodonFamilies } from '@fedistream/domain';
import { conflictsOf } from '../modules/conflicts.js';
import type { ModuleProblem, ModuleSource } from '../modules/module-problem.js';
import { readModule } from '../modules/read-module.js';
import { StreamDefinition } from '../modules/stream-definition.js';
import type { Environment } from '../modules/stream-module.js';
import { catalogueOf, type CatalogueEntry } from './catalogue.js';

/** What is known about modules without starting them: their streams, and what would keep them from starting. */
export async function readCatalogue(
  sources: readonly ModuleSource[],
  environment: Environment,
): Promise<{ readonly entries: readonly CatalogueEntry[]; readonly problems: readonly ModuleProblem[] }> {
  const readings = await Promise.all(sources.map((source) => readModule(source, environment)));
  const read = readings.flatMap((reading) => reading.read ?? []);
  const definitions = read.flatMap(({ source, module }) =>
    module.streams.map(
      (each) =>
        new StreamDefinition(each, {
          name: module.name,
          owner: module.owner,
          package: source.package,
          version: source.version,
        }),
    ),
  );
  const families = [...mastodonFamilies, ...read.flatMap(({ module }) => module.families ?? [])];
  return {
    entries: catalogueOf(definitions, families),
    problems: [...readings.flatMap(({ problems }) => problems), ...conflictsOf(read)],
  };
}
