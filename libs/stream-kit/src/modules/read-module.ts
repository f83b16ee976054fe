import { errorReason, withTimeout } from '@fedistream/util';
import { satisfies, validRange } from 'semver';
import { isBranded, moduleBrand } from '../declaration/brand.js';
import { kitVersion } from '../kit-version.js';
import { refusePromise } from '../pipeline/refuse-promise.js';
import { problemsOfForm, problemsOfMembers, problemsOfStreams, type FoundProblem } from './module-form.js';
import type { ModuleProblem, ModuleSource } from './module-problem.js';
import type { Environment, StreamModule } from './stream-module.js';

/** A module that was read: nothing of it runs yet. */
export interface ReadModule {
  readonly source: ModuleSource;
  readonly module: StreamModule;
  /** What its `settings` returned. */
  readonly settings: unknown;
}

/** What became of reading a module. */
export interface Reading {
  readonly read?: ReadModule;
  readonly problems: readonly ModuleProblem[];
}

/** A package that awaits something for ever while it is imported has not loaded. */
const loadedWithinMs = 30_000;

/** Imports a package and examines what it exports, in this order: it resolves, is a module, fits the kit, is complete. */
export async function readModule(source: ModuleSource, environment: Environment): Promise<Reading> {
  let exported: unknown;
  try {
    exported = ((await withTimeout(loadedWithinMs, source.load())) as { readonly default?: unknown }).default;
  } catch (failure) {
    return only(source, {
      what: `it cannot be loaded: ${errorReason(failure)}`,
      remedy: `install it beside the server, or take "${source.package}" out of STREAM_MODULES`,
    });
  }
  if (!isBranded(exported, moduleBrand)) {
    return only(source, {
      what: 'its default export is no stream module',
      remedy: 'write export default streamModule({ name, owner, kit, streams })',
    });
  }
  try {
    return examine(source, exported as StreamModule, environment);
  } catch (failure) {
    return only(source, { what: `it cannot be examined: ${errorReason(failure)}`, remedy: 'correct the module' });
  }
}

/** A module whose streams or families have another form is not read any further: conflicts are looked for within them. */
function examine(source: ModuleSource, module: StreamModule, environment: Environment): Reading {
  const file = module.declaredAt;
  const unfit = problemOfKit(source, module);
  if (unfit !== undefined) {
    return only(source, { file, ...unfit });
  }
  const malformed = [...problemsOfForm(module)];
  const { settings, problem } = readSettings(module, environment);
  const found = [
    ...problemsOfMembers(module),
    ...malformed,
    ...problemsOfStreams(module),
    ...(problem ? [problem] : []),
  ];
  const problems = found.map((each) => ({ source, file, ...each }));
  return malformed.length > 0 ? { problems } : { read: { source, module, settings }, problems };
}

function only(source: ModuleSource, found: FoundProblem): Reading {
  return { problems: [{ source, ...found }] };
}

function problemOfKit({ package: name }: ModuleSource, { kit }: StreamModule): FoundProblem | undefined {
  const range: unknown = kit;
  if (typeof range !== 'string' || validRange(range) === null) {
    return {
      what: `kit ${String(range)} is no range of versions`,
      remedy: `write kit: '^${kitVersion.split('.')[0] ?? ''}' for this server's kit, ${kitVersion}`,
    };
  }
  return satisfies(kitVersion, range)
    ? undefined
    : {
        what: `it is written for version ${range} of the kit, and this server has ${kitVersion}`,
        remedy: `install a version of ${name} that is built for kit ${kitVersion}`,
      };
}

function readSettings(
  { settings }: StreamModule,
  environment: Environment,
): { settings?: unknown; problem?: FoundProblem } {
  try {
    return settings === undefined
      ? {}
      : { settings: refusePromise(settings(environment), 'settings must return a value') };
  } catch (failure) {
    return {
      problem: { what: `its settings are not valid: ${errorReason(failure)}`, remedy: 'correct the environment' },
    };
  }
}
