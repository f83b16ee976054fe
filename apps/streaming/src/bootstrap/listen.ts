import { lookup } from 'node:dns/promises';
import { chmod } from 'node:fs/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SettingsError } from './environment/environment.js';
import type { Settings } from './settings.js';
import { removeStaleSocket } from './stale-socket.js';

/** As Mastodon's server sets it: the reverse proxy runs as another user. */
const socketMode = 0o666;

/** Errors of listening that the address causes, not the port. */
const addressErrors = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL']);

/**
 * Lets the application listen on the socket or the address of the settings.
 *
 * @returns its URL, or the path of the socket
 * @throws SettingsError when it cannot listen there
 */
export async function listen(
  app: NestFastifyApplication,
  { address, port, socket }: Settings['listen'],
): Promise<string> {
  if (socket === undefined) {
    await listenOn(app, port, address).catch((failure: unknown) => {
      const code = codeOf(failure);
      throw addressErrors.has(code)
        ? new SettingsError(`BIND="${address}": must be an address of this machine (${code})`, { cause: failure })
        : new SettingsError(`PORT="${port}": must be a port that is free and permitted (${code})`, { cause: failure });
    });
    return app.getUrl();
  }
  try {
    await removeStaleSocket(socket);
    await app.listen(socket);
    await chmod(socket, socketMode);
  } catch (failure) {
    throw new SettingsError(`SOCKET="${socket}": must be a path where a socket can be made (${codeOf(failure)})`, {
      cause: failure,
    });
  }
  return socket;
}

/**
 * For `localhost` Fastify would make one more server for each further address of that name: without this server's bounds, and
 * still listening while this one drains. So it is the first address, as for Mastodon's server.
 */
async function listenOn(app: NestFastifyApplication, port: number, address: string): Promise<void> {
  await app.listen(port, address === 'localhost' ? (await lookup(address)).address : address);
}

function codeOf(failure: unknown): string {
  return failure instanceof Error && 'code' in failure ? String(failure.code) : String(failure);
}
