import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How many requests may wait on one connection for the response to an earlier one. Browsers and proxies send none. */
const maxWaiting = 32;

/**
 * Handles the requests of a connection one after the other. Node emits all pipelined requests of a chunk at once, and a
 * chunk of 64 KiB holds 2,400 of them: without this, one connection can make the server do their work in one turn of the
 * event loop. Call it when the server's request listeners are registered.
 *
 * @param onExcess called for a connection with more than 32 waiting requests, which is destroyed
 */
export function handleOneRequestAtATime(server: Server, onExcess: (address: string | undefined) => void): void {
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  const waiting = new WeakMap<Socket, number>();
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    if (!request.socket.destroyed) {
      for (const listener of listeners) {
        listener.call(server, request, response);
      }
    }
  };
  server.on('request', (request, response) => {
    const { socket } = request;
    // Node gives a response its socket when the one before it has ended.
    if (response.socket !== null) {
      handle(request, response);
      return;
    }
    const ahead = waiting.get(socket) ?? 0;
    if (ahead >= maxWaiting) {
      if (!socket.destroyed) {
        const { remoteAddress } = socket;
        socket.destroy();
        onExcess(remoteAddress);
      }
      return;
    }
    waiting.set(socket, ahead + 1);
    response.once('socket', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
      setImmediate(handle, request, response);
    });
  });
}
