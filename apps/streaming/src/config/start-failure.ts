import { SettingsError, type Settings } from './settings.js';

/**
 * Why the server cannot start. Where that is for the operator to mend, it is one line that names the setting; anything
 * else is a fault of the program, and shown with its stack.
 */
export function startFailure(failure: unknown, settings: Settings): string {
  if (failure instanceof SettingsError) {
    return failure.message;
  }
  if (failure instanceof Error && 'directory' in failure) {
    return `FEDISTREAM_DATA_DIR="${settings.FEDISTREAM_DATA_DIR}": ${failure.message}`;
  }
  return `Cannot start: ${failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)}`;
}
