import 'reflect-metadata';
import { resolve } from 'node:path';
import { Environment, SettingsError, type EnvironmentTexts } from '../environment/environment.js';
import type { EnvironmentFile } from '../environment/environment-file.js';
import { readSettingsFrom } from '../settings.js';
import { checkDatabase } from './check-database.js';
import { checkRedis } from './check-redis.js';
import { reportVariables } from './report-variables.js';

/**
 * Checks the configuration as `--check`: prints what was read from where, connects to PostgreSQL and Redis, and says what
 * to do about each problem. Secrets are not shown.
 *
 * @param print receives each line
 * @returns whether the server could work with this configuration
 */
export async function check(
  texts: EnvironmentTexts,
  file: EnvironmentFile,
  print: (line: string) => void,
): Promise<boolean> {
  const printAll = (lines: readonly string[]) => {
    for (const line of lines) {
      print(line);
    }
  };
  print(`Environment file ${resolve(file.path)}: ${file.failure ?? 'read'}`);
  const environment = new Environment(texts);
  try {
    const settings = readSettingsFrom(environment);
    print('Variables (all others have their default):');
    printAll(reportVariables(environment, texts, file.texts ?? {}));
    const findings = await Promise.all([checkDatabase(settings.database), checkRedis(settings.redis)]);
    printAll(findings.flatMap(({ lines }) => lines));
    const ok = findings.every((finding) => finding.ok);
    print(ok ? 'The configuration works.' : 'The configuration does not work yet: see the lines with an arrow.');
    return ok;
  } catch (failure) {
    if (failure instanceof SettingsError) {
      printAll(failure.message.split('\n'));
      print('The configuration does not work yet: correct these variables.');
      return false;
    }
    throw failure;
  }
}
