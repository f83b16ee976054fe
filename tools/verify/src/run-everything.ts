/**
 * Whether everything runs, in one ESLint and one Vitest process: in CI, where no cached result counts. Otherwise Nx runs
 * the targets of each project whose inputs have changed since they last succeeded.
 */
export const runEverything = !['', 'false', '0'].includes(process.env['CI'] ?? '');
