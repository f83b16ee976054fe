import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { InputBudget } from '../connections/input-budget.js';

/** How many requests may wait on one connection for the response to an earlier one. Browsers and proxies send none. */
const maxWaiting = 32;

/** What is asked and told about the connections of a server. */
export interface PipeliningHooks {
  /** The budget of a connection that sends a second request; `undefined` for one without limit. */
  readonly budgetOf: (socket: Socket) => InputBudget | undefined;
  /** A request is handled later, because its connection has exceeded its budget. */
  readonly onDelay: (address: string | undefined) => void;
  /** A connection with more than 32 waiting requests was destroyed. */
  readonly onExcess: (address: string | undefined) => void;
}

/**
 * Handles the requests of a connection one after the other, and not faster than its budget. Node emits all pipelined requests of a chunk at once, and a
 * chunk of 64 KiB holds 2,400 of them: without this, one connection can make the server do their work in one turn of the
 * event loop. Call it when the server's request listeners are registered.
 */
export function handleOneRequestAtATime(server: Server, { budgetOf, onDelay, onExcess }: PipeliningHooks): void {
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  const waiting = new WeakMap<Socket, number>();
  const budgets = new WeakMap<Socket, InputBudget | undefined>();
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    if (!request.socket.destroyed) {
      for (const listener of listeners) {
        listener.call(server, request, response);
      }
    }
  };
  const pauseMs = (socket: Socket) => {
    // Most connections have one request only, and need no budget.
    if (socket.bytesWritten === 0) {
      return 0;
    }
    if (!budgets.has(socket)) {
      budgets.set(socket, budgetOf(socket));
    }
    return budgets.get(socket)?.spend() ?? 0;
  };
  const handleInBudget = (request: IncomingMessage, response: ServerResponse) => {
    const milliseconds = pauseMs(request.socket);
    if (milliseconds === 0) {
      handle(request, response);
    } else {
      onDelay(request.socket.remoteAddress);
      setTimeout(handle, milliseconds, request, response).unref();
    }
  };
  server.on('request', (request, response) => {
    const { socket } = request;
    // Node gives a response its socket when the one before it has ended.
    if (response.socket !== null) {
      handleInBudget(request, response);
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
      setImmediate(handleInBudget, request, response);
    });
  });
}
