import { mergeEnvironments, readEnvironmentFile } from './environment/environment-file.js';
import { readSettings } from './settings.js';
import { startFailure } from './start-failure.js';

/**
 * Runs the server until a signal ends it, or with `--check` only checks its configuration. A start or a check that fails
 * prints its reason and exits with 1.
 */
export async function run(programArguments: readonly string[]): Promise<void> {
  const file = readEnvironmentFile(process.env, process.cwd());
  const environment = mergeEnvironments(process.env, file);
  // node-postgres and Node itself read variables, too, as PGOPTIONS and NODE_TLS_REJECT_UNAUTHORIZED.
  Object.assign(process.env, environment);
  try {
    if (programArguments.includes('--check')) {
      const { check } = await import('./check/check.js');
      process.exit((await check(environment, file, console.log)) ? 0 : 1);
    }
    const settings = readSettings(environment);
    // Loading the application's modules takes a second, which a wrong setting need not wait for.
    const { serve } = await import('./serve.js');
    await serve(settings, file);
  } catch (failure) {
    process.stderr.write(`${startFailure(failure, environment)}\n`);
    process.exit(1);
  }
}
