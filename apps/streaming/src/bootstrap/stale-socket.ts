import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

/**
 * Removes the socket file that a killed process has left behind, because it would keep the next one from starting. Any
 * other file stays, above all a socket on which a server accepts connections.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  if ((await isSocket(path)) && (await refusesConnections(path))) {
    await unlink(path);
  }
}

async function isSocket(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSocket();
  } catch {
    // The caller's attempt to listen reports why the path cannot be used.
    return false;
  }
}

function refusesConnections(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED');
    });
  });
}
