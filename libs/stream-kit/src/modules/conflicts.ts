import { controlFamilies, controlTarget, mastodonFamilies, overlap, type AnyChannelFamily } from '@fedistream/domain';
import { problemsOf, titleOf } from '../declaration/declaration-problems.js';
import type { ModuleProblem } from './module-problem.js';
import type { ReadModule } from './read-module.js';
import { allNamesOf } from './stream-definition.js';

/**
 * What two modules claim at once: names of modules, names of streams, channels. The module that comes first keeps it; the
 * problem is the later one's.
 */
export function conflictsOf(modules: readonly ReadModule[]): readonly ModuleProblem[] {
  return [...conflictsOfNames(modules), ...conflictsOfFamilies(modules)];
}

function* conflictsOfNames(modules: readonly ReadModule[]): Iterable<ModuleProblem> {
  const moduleNames = new Map<string, ReadModule>();
  const streamNames = new Map<string, ReadModule>();
  for (const read of modules) {
    const { source, module } = read;
    const namesake = moduleNames.get(module.name);
    if (namesake !== undefined) {
      const what = `module "${module.name}" is there already, from ${namesake.source.package}`;
      yield { source, file: module.declaredAt, what, remedy: 'give one of them another name' };
    }
    moduleNames.set(module.name, namesake ?? read);
    for (const { declaration, declaredAt } of module.streams.filter(
      (each) => problemsOf(each.declaration).length === 0,
    )) {
      for (const name of allNamesOf(declaration)) {
        const other = streamNames.get(name);
        if (other !== undefined) {
          const what = `${titleOf(declaration)}: the name "${name}" is taken by module "${other.module.name}" of ${other.source.package}`;
          yield { source, file: declaredAt, what, remedy: 'give one of the streams another name' };
        }
        streamNames.set(name, other ?? read);
      }
    }
  }
}

function* conflictsOfFamilies(modules: readonly ReadModule[]): Iterable<ModuleProblem> {
  const taken: { readonly family: AnyChannelFamily; readonly by: string }[] = [
    ...mastodonFamilies.map((family) => ({ family, by: 'Mastodon' })),
    ...controlFamilies.map((family) => ({ family, by: 'control events' })),
  ];
  for (const { source, module } of modules) {
    for (const family of module.families ?? []) {
      const other = taken.find((each) => overlap(each.family, family));
      if (controlTarget(family.template) !== undefined) {
        const what = `channels ${family.template} are those of control events`;
        yield { source, file: module.declaredAt, what, remedy: 'give the family another word behind "timeline:"' };
      } else if (other === undefined) {
        taken.push({ family, by: `module "${module.name}"` });
      } else {
        const what = `channels ${family.template} and ${other.family.template} of ${other.by} can have one name`;
        yield { source, file: module.declaredAt, what, remedy: 'give the family another word behind "timeline:"' };
      }
    }
  }
}
