import { isBranded, streamBrand } from '../declaration/brand.js';
import { problemsOf, titleOf } from '../declaration/declaration-problems.js';
import type { AnyStream } from '../declaration/stream.js';
import type { ModuleProblem } from './module-problem.js';
import type { StreamModule, StreamModuleOptions } from './stream-module.js';

/** A problem, and the file if it is not the module's own. */
export type FoundProblem = Omit<ModuleProblem, 'source'>;

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

/** What is wrong with its name, its owner and the names of its members. */
export function* problemsOfMembers(module: StreamModule): Iterable<FoundProblem> {
  const known: readonly string[] = [...members, ...addedMembers];
  for (const stranger of Object.keys(module).filter((member) => !known.includes(member))) {
    yield { what: `there is no "${stranger}" in a module`, remedy: `a module has ${members.join(', ')}` };
  }
  const { name, owner } = module as { name: unknown; owner: unknown };
  if (typeof name !== 'string' || !nameForm.test(name)) {
    yield {
      what: `"${String(name)}" is no name for a module`,
      remedy: 'use words of a-z and 0-9, joined by -',
    };
  }
  if (typeof owner !== 'string' || !ownerForm.test(owner)) {
    yield { what: 'owner does not name a team', remedy: "name the team, as in owner: 'team-drafts'" };
  }
}

/** What makes its lists unreadable. */
export function* problemsOfForm(module: StreamModule): Iterable<FoundProblem> {
  const { streams, families = [] } = module as { readonly streams: unknown; readonly families?: unknown };
  if (!Array.isArray(streams) || streams.length === 0) {
    yield { what: 'it has no streams', remedy: 'list at least one in streams' };
  } else if (!streams.every((each) => isBranded(each, streamBrand))) {
    yield { what: 'streams lists something that stream() has not made', remedy: 'list what stream({ ... }) returns' };
  }
  if (!Array.isArray(families) || !families.every(isFamily)) {
    yield {
      what: 'families lists something that channelFamily() has not made',
      remedy: 'list what channelFamily(...) returns',
    };
  }
}

/** What is wrong with the declarations of its streams. */
export function* problemsOfStreams({ streams }: StreamModule): Iterable<FoundProblem> {
  for (const each of Array.isArray(streams) ? (streams as readonly unknown[]) : []) {
    if (isBranded(each, streamBrand)) {
      const { declaration, declaredAt } = each as AnyStream;
      for (const problem of problemsOf(declaration)) {
        yield { file: declaredAt, what: `${titleOf(declaration)}: ${problem}`, remedy: 'correct the declaration' };
      }
    }
  }
}

/** A copy of the kit may have made it, so its class says nothing. */
function isFamily(value: unknown): boolean {
  return (
    typeof value === 'function' &&
    'template' in value &&
    typeof value.template === 'string' &&
    'claims' in value &&
    'claimsPart' in value
  );
}
