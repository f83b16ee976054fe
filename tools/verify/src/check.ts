import { command } from './command.js';
import { installed } from './workspace.js';

/** Something that is right or wrong as a whole. */
export interface Check {
  readonly name: string;
  /** Resolves with nothing when all is well, else with what is wrong, for people to read. */
  readonly run: () => Promise<string | undefined>;
}

/** Runs the program, which is right when it ends with 0. */
async function succeeds(name: string, ...args: string[]): Promise<string | undefined> {
  const { code, output } = await command(installed(name), args);
  return code === 0 ? undefined : output || `${name} ended with code ${code} and said nothing.`;
}

/** ESLint reads the project graph from Nx' cache, which is made here. */
export const lint: Check = {
  name: 'lint',
  run: async () =>
    (await succeeds('nx', 'show', 'projects', '--json')) ?? succeeds('eslint', '.', '--max-warnings', '0'),
};

/** Prettier has nothing to change. */
export const format: Check = {
  name: 'format',
  run: () => succeeds('prettier', '--check', '--log-level', 'warn', '.'),
};

/** The types of the tests, too, which the build leaves out. */
export const types: Check = {
  name: 'types',
  run: () => succeeds('tsc', '-p', 'tsconfig.lint.json'),
};
