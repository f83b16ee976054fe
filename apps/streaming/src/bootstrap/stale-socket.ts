import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

/**
 * Takes away the socket file that a process has left behind that was killed: nobody listens on it, and it would keep
 * the next one from starting. Whatever else is at this path stays, above all a socket on which somebody answers.
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
    // Why nothing can be made there, whoever tries to will find out.
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
