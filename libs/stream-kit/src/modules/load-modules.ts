import type { AnyChannelFamily } from '@fedistream/domain';
import { mastodonFamilies } from '@fedistream/domain';
import { errorReason } from '@fedistream/util';
import type { INestApplicationContext } from '@nestjs/common';
import { conflictsOf } from './conflicts.js';
import { StreamModulesError, type ModuleProblem, type ModuleSource } from './module-problem.js';
import { readModule, type Reading, type ReadModule } from './read-module.js';
import type { Ports } from './ports.js';
import { startModule, type ContextStarter, type StartedModule } from './start-module.js';
import type { StreamDefinition } from './stream-definition.js';
import type { Environment } from './stream-module.js';

/** How modules are loaded. */
export interface LoadOptions {
  readonly environment: Environment;
  readonly ports: Ports;
  readonly start: ContextStarter;
  /** What becomes of a start in which a module has problems. `leave-out`: the others start, it does not. */
  readonly onFailure: 'stop' | 'leave-out';
}

/** All modules that have started. */
export interface LoadedModules {
  readonly definitions: readonly StreamDefinition[];
  readonly families: readonly AnyChannelFamily[];
  readonly contexts: readonly INestApplicationContext[];
  /** Those of the modules that were left out. */
  readonly problems: readonly ModuleProblem[];
}

/**
 * Loads and starts modules. All of them are examined before anything is decided, so that one start tells everything.
 *
 * @throws StreamModulesError with every problem of every module, unless modules may be left out; nothing runs then
 */
export async function loadModules(sources: readonly ModuleSource[], options: LoadOptions): Promise<LoadedModules> {
  const readings = await Promise.all(sources.map((source) => readModule(source, options.environment)));
  // Modules with problems come last, so that they take no name from a sound one.
  const soundFirst = readings.toSorted((one, other) => Number(hasProblems(one)) - Number(hasProblems(other)));
  const read = soundFirst.flatMap((reading) => reading.read ?? []);
  const problems = [...readings.flatMap((reading) => reading.problems), ...conflictsOf(read)];
  const sound = read.filter(({ source }) => !problems.some((problem) => problem.source === source));
  const families = familiesOf(sound);
  const isClaimed = (channel: string) => families.some((family) => family.claims(channel));
  const outcomes = await Promise.all(
    sound.map((each) =>
      startModule(each, options.ports, isClaimed, options.start).catch((failure: unknown) => [
        unexpected(each, failure),
      ]),
    ),
  );
  problems.push(...outcomes.flatMap((outcome) => (isProblems(outcome) ? outcome : [])));
  const started = outcomes.flatMap((outcome) => (isProblems(outcome) ? [] : [outcome]));
  const contexts = started.flatMap(({ context }) => context ?? []);
  if (problems.length > 0 && options.onFailure === 'stop') {
    await Promise.allSettled(contexts.map((context) => context.close()));
    throw new StreamModulesError(problems);
  }
  return {
    definitions: started.flatMap(({ definitions }) => definitions),
    families: familiesOf(started.map(({ read: each }) => each)),
    contexts,
    problems,
  };
}

function familiesOf(modules: readonly ReadModule[]): readonly AnyChannelFamily[] {
  return [...mastodonFamilies, ...modules.flatMap(({ module }) => module.families ?? [])];
}

/** Whatever a module does, it harms the start of no other. */
function unexpected({ source, module }: ReadModule, failure: unknown): ModuleProblem {
  const what = `it cannot be started: ${errorReason(failure)}`;
  return { source, file: module.declaredAt, what, remedy: 'correct the module' };
}

function hasProblems({ problems }: Reading): boolean {
  return problems.length > 0;
}

function isProblems(outcome: StartedModule | readonly ModuleProblem[]): outcome is readonly ModuleProblem[] {
  return Array.isArray(outcome);
}
