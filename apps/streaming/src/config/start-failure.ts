import { SettingsError, type Settings } from './settings.js';

/** A failure as Node's system calls report it. */
interface SystemFailure {
  readonly code: string;
  readonly syscall: string;
}

/** What is done to listen: on an address, or on the file of a socket. */
const listening = new Set(['listen', 'getaddrinfo', 'chmod', 'unlink']);

/** Where else than in the port the fault lies when an address cannot be listened on. */
const faultsOfTheAddress = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL']);

/** Why the server cannot start, in one line for the operator that names the setting, wherever it was found out. */
export function startFailure(failure: unknown, settings: Settings): string {
  if (failure instanceof SettingsError) {
    return failure.message;
  }
  if (!isSystemFailure(failure)) {
    return `Cannot start: ${failure instanceof Error ? failure.message : String(failure)}`;
  }
  const { code, syscall } = failure;
  if (!listening.has(syscall)) {
    if (settings.DATABASE === 'postgresql') {
      return `DATABASE_URL=(not shown): must name files that can be read (${failure.message})`;
    }
    return `FEDISTREAM_DATA_DIR="${settings.FEDISTREAM_DATA_DIR}": must be a directory that this server may write to (${code})`;
  }
  if (settings.SOCKET !== undefined) {
    return `SOCKET="${settings.SOCKET}": must be a path where a socket can be made (${code})`;
  }
  return faultsOfTheAddress.has(code)
    ? `BIND="${settings.BIND}": must be an address of this machine (${code})`
    : `PORT="${settings.PORT}": must be a port that is free and permitted (${code})`;
}

function isSystemFailure(failure: unknown): failure is Error & SystemFailure {
  return failure instanceof Error && 'code' in failure && 'syscall' in failure;
}
