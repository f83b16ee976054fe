import { errorReason } from '@fedistream/util';
import { satisfies, validRange } from 'semver';
import { isBranded, moduleBrand, streamBrand } from '../declaration/brand.js';
import { problemsOf, titleOf } from '../declaration/declaration-problems.js';
import type { AnyStream } from '../declaration/stream.js';
import { kitVersion } from '../kit-version.js';
import type { ModuleProblem, ModuleSource } from './module-problem.js';
import type { Environment, StreamModule, StreamModuleOptions } from './stream-module.js';

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

/** What the module's author may write. */
const members = Object.keys({
  name: true,
  owner: true,
  kit: true,
  families: true,
  settings: true,
  imports: true,
  providers: true,
  streams: true,
} satisfies Record<Extract<keyof StreamModuleOptions, string>, true>);
/** What `streamModule` adds. */
const addedMembers = ['declaredAt', 'ports'] as const satisfies readonly (keyof StreamModule)[];
const nameForm = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** A label of metrics and a line of CODEOWNERS. */
const ownerForm = /^[\w@/.-]+$/;

/** Imports a package and examines what it exports, in this order: it resolves, is a module, fits the kit, is complete. */
export async function readModule(source: ModuleSource, environment: Environment): Promise<Reading> {
  let exported: unknown;
  try {
    exported = ((await source.load()) as { readonly default?: unknown }).default;
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
  const module = exported as StreamModule;
  const unfit = problemOfKit(source, module);
  if (unfit !== undefined) {
    return only(source, { file: module.declaredAt, ...unfit });
  }
  const problems = [...problemsOfModule(module), ...problemsOfStreams(module)];
  const { settings, problem } = readSettings(module, environment);
  return {
    read: { source, module, settings },
    problems: [...problems, ...(problem ? [problem] : [])].map((each) => ({
      source,
      file: module.declaredAt,
      ...each,
    })),
  };
}

type Found = Omit<ModuleProblem, 'source'>;

function only(source: ModuleSource, found: Found): Reading {
  return { problems: [{ source, ...found }] };
}

function problemOfKit({ package: name }: ModuleSource, { kit }: StreamModule): Found | undefined {
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

function* problemsOfModule(module: StreamModule): Iterable<Found> {
  const known: readonly string[] = [...members, ...addedMembers];
  for (const stranger of Object.keys(module).filter((member) => !known.includes(member))) {
    yield { what: `there is no "${stranger}" in a module`, remedy: `a module has ${members.join(', ')}` };
  }
  const { name, owner, streams } = module as { name: unknown; owner: unknown; streams: unknown };
  if (typeof name !== 'string' || !nameForm.test(name)) {
    yield {
      what: `"${String(name)}" is no name for a module`,
      remedy: 'use words of a-z and 0-9, joined by -',
    };
  }
  if (typeof owner !== 'string' || !ownerForm.test(owner)) {
    yield { what: 'owner does not name a team', remedy: "name the team, as in owner: 'team-drafts'" };
  }
  if (!Array.isArray(streams) || streams.length === 0) {
    yield { what: 'it has no streams', remedy: 'list at least one in streams' };
  }
}

function* problemsOfStreams({ streams }: StreamModule): Iterable<Found> {
  for (const each of Array.isArray(streams) ? (streams as readonly unknown[]) : []) {
    if (!isBranded(each, streamBrand)) {
      yield { what: 'streams lists something that stream() has not made', remedy: 'list what stream({ ... }) returns' };
      continue;
    }
    const { declaration, declaredAt } = each as AnyStream;
    for (const problem of problemsOf(declaration)) {
      yield { file: declaredAt, what: `${titleOf(declaration)}: ${problem}`, remedy: 'correct the declaration' };
    }
  }
}

function readSettings({ settings }: StreamModule, environment: Environment): { settings?: unknown; problem?: Found } {
  try {
    return settings === undefined ? {} : { settings: settings(environment) };
  } catch (failure) {
    return {
      problem: { what: `its settings are not valid: ${errorReason(failure)}`, remedy: 'correct the environment' },
    };
  }
}
