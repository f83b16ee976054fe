/**
 * Whether all is run anew, in one ESLint and one Vitest: in CI, where no earlier result is trusted. Else Nx runs the
 * targets of each project, and only those whose inputs have changed since they last succeeded.
 */
export const runEverything = !['', 'false', '0'].includes(process.env['CI'] ?? '');
