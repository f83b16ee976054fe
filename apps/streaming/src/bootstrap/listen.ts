import { chmod } from 'node:fs/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SettingsError, type Settings } from './settings.js';
import { removeStaleSocket } from './stale-socket.js';

/** As Mastodon's server does it: the reverse proxy, a different user, must be able to connect. */
const socketMode = 0o666;

/** Where else than in the port the fault lies when an address cannot be listened on. */
const faultsOfTheAddress = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL']);

/**
 * Lets the application listen on the socket or the address that is set.
 *
 * @returns where it listens
 * @throws SettingsError when it cannot be done there
 */
export async function listen(app: NestFastifyApplication, { SOCKET, PORT, BIND }: Settings): Promise<string> {
  if (SOCKET === undefined) {
    await app.listen(PORT, BIND).catch((failure: unknown) => {
      const code = codeOf(failure);
      throw faultsOfTheAddress.has(code)
        ? new SettingsError(`BIND="${BIND}": must be an address of this machine (${code})`, { cause: failure })
        : new SettingsError(`PORT="${PORT}": must be a port that is free and permitted (${code})`, { cause: failure });
    });
    return app.getUrl();
  }
  try {
    await removeStaleSocket(SOCKET);
    await app.listen(SOCKET);
    await chmod(SOCKET, socketMode);
  } catch (failure) {
    throw new SettingsError(`SOCKET="${SOCKET}": must be a path where a socket can be made (${codeOf(failure)})`, {
      cause: failure,
    });
  }
  return SOCKET;
}

function codeOf(failure: unknown): string {
  return failure instanceof Error && 'code' in failure ? String(failure.code) : String(failure);
}
