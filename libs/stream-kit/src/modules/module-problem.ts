/** Where a module comes from. The app makes one for each package that is named. */
export interface ModuleSource {
  /** What is imported: a package's name. */
  readonly package: string;
  /** The package's version; empty when its package.json cannot be read. */
  readonly version: string;
  /** Imports the package. Rejects when it cannot be resolved or fails while it is loaded. */
  load(): Promise<unknown>;
}

/** What keeps a module from starting: what is wrong, where, and what to do. */
export interface ModuleProblem {
  readonly source: ModuleSource;
  /** `file:line`, as far as it is known. */
  readonly file?: string | undefined;
  readonly what: string;
  readonly remedy: string;
}

/** One line for the operator. */
export function describeProblem({ source, file, what, remedy }: ModuleProblem): string {
  const version = source.version === '' ? '' : ` ${source.version}`;
  const place = file === undefined || file === '' ? '' : ` (${file})`;
  return `${source.package}${version}${place}: ${what}; ${remedy}`;
}

/** Modules that cannot start. The message has a line for each problem of each module. */
export class StreamModulesError extends Error {
  override readonly name = 'StreamModulesError';

  constructor(readonly problems: readonly ModuleProblem[]) {
    const count = `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
    super([`Stream modules cannot start, ${count}:`, ...problems.map(describeProblem)].join('\n  '));
  }
}
