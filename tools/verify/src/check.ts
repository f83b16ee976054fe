import { command } from './command.js';
import { runEverything } from './run-everything.js';
import { compiler, installed } from './workspace.js';

/** A check that passes or fails as a whole. */
export interface Check {
  readonly name: string;
  /** Resolves with `undefined` when it passes, else with a readable description of the problem. */
  readonly run: () => Promise<string | undefined>;
}

/** Runs an installed program, which passes when it exits with 0. */
const succeeds = (name: string, ...args: string[]) => runs(installed(name), ...args);

async function runs(program: string, ...args: string[]): Promise<string | undefined> {
  const { code, output } = await command(program, args);
  return code === 0 ? undefined : output || `${program} ended with code ${code} without output`;
}

/** Lints all files. `nx show projects` first creates the project graph that the ESLint rules of Nx read. */
export const lint: Check = {
  name: 'lint',
  run: async () =>
    (await succeeds('nx', 'show', 'projects', '--json')) ??
    (runEverything
      ? succeeds('eslint', '.', '--max-warnings', '0')
      : ((await succeeds('nx', 'run-many', '-t', 'lint')) ??
        succeeds('eslint', '*.ts', '*.js', '--max-warnings', '0'))),
};

/** Every file has Prettier's format. */
export const format: Check = {
  name: 'format',
  run: () => succeeds('prettier', '--check', '--log-level', 'warn', '.'),
};

/** The types of all sources, including the tests, which the build excludes. */
export const types: Check = {
  name: 'types',
  run: () => runs(process.execPath, compiler, '-p', 'tsconfig.lint.json'),
};
