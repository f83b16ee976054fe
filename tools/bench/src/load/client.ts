import { connect, type Socket } from 'node:net';

import { ChunkSplitter } from './chunk-splitter.js';
import { eventStreamPath, webSocketPath } from './labels.js';
import { clientFrame, opcodes, WebSocketSplitter } from './websocket-splitter.js';
import type { FrameSplitter, OnFrame } from './frame-splitter.js';
import type { Address, ClientSpec, Transport } from './messages.js';

/** All sockets of a process read into the same memory: each read is handled before the next one begins. */
const readBuffer = Buffer.allocUnsafe(256 * 1_024);
const headEnd = '\r\n\r\n';
const headBytesAtMost = 16 * 1_024;

/** Receives what a client reads; `from` and `to` enclose the beginning of an event or of unknown data. */
export interface ClientListener {
  onEvent(client: number, data: Buffer, from: number, to: number): void;
  onClosed(client: number): void;
}

/**
 * A client without a library: a socket, a handshake, and a frame splitter. It answers pings. It uses little CPU, because it
 * shares the machine with the measured server.
 */
export class LoadClient {
  readonly #index: number;
  readonly #spec: ClientSpec;
  readonly #transport: Transport;
  readonly #listener: ClientListener;
  #socket: Socket | undefined;
  #head: Buffer | undefined = Buffer.alloc(0);
  #frames: FrameSplitter | undefined;
  #closing = false;

  constructor(index: number, spec: ClientSpec, transport: Transport, listener: ClientListener) {
    this.#index = index;
    this.#spec = spec;
    this.#transport = transport;
    this.#listener = listener;
  }

  /** Resolves when the server has answered; rejects with its status line, or with what went wrong. */
  open({ host, port }: Address): Promise<void> {
    return new Promise((resolve, reject) => {
      const onData = (bytes: number): boolean => {
        try {
          this.#read(readBuffer.subarray(0, bytes), resolve);
        } catch (error) {
          // This counts as a connection that the server has ended.
          socket.destroy(error instanceof Error ? error : new Error(String(error)));
        }
        return true;
      };
      const socket = connect({ host, port, noDelay: true, onread: { buffer: readBuffer, callback: onData } });
      this.#socket = socket;
      socket.on('error', reject);
      socket.on('close', () => {
        reject(new Error('closed before an answer'));
        if (!this.#closing) {
          this.#listener.onClosed(this.#index);
        }
      });
      socket.write(this.#request(host, port));
    });
  }

  /** Closes the socket without a close frame, as a client that loses its network does. */
  close(): void {
    this.#closing = true;
    this.#socket?.destroy();
  }

  #request(host: string, port: number): string {
    const { token, subscriptions } = this.#spec;
    const [label] = subscriptions;
    const common = `Host: ${host}:${port}\r\nAuthorization: Bearer ${token}\r\nUser-Agent: fedistream-bench\r\n`;
    if (this.#transport === 'ws') {
      const path = webSocketPath(subscriptions.length === 1 ? label : undefined);
      const upgrade = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n`;
      return `GET ${path} HTTP/1.1\r\n${common}${upgrade}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==${headEnd}`;
    }
    if (!label || subscriptions.length !== 1) {
      throw new Error('An event stream carries exactly one subscription.');
    }
    return `GET ${eventStreamPath(label)} HTTP/1.1\r\n${common}Accept: text/event-stream${headEnd}`;
  }

  #read(data: Buffer, ready: () => void): void {
    if (this.#frames) {
      this.#frames.read(data);
      return;
    }
    const head = Buffer.concat([this.#head ?? Buffer.alloc(0), data]);
    const end = head.indexOf(headEnd);
    this.#head = head;
    if (end < 0) {
      if (head.length > headBytesAtMost) {
        throw new Error('the head of the response is longer than 16 KiB');
      }
      return;
    }
    this.#head = undefined;
    this.#frames = this.#accept(head.subarray(0, end).toString('latin1'));
    ready();
    this.#frames.read(head.subarray(end + headEnd.length));
  }

  #accept(head: string): FrameSplitter {
    const status = head.slice(0, head.indexOf('\r\n'));
    const wanted = this.#transport === 'ws' ? ' 101' : ' 200';
    if (!status.startsWith(wanted, 'HTTP/1.1'.length)) {
      throw new Error(status);
    }
    if (this.#transport === 'sse') {
      if (!/\r\ntransfer-encoding: *chunked/i.test(head)) {
        throw new Error('the event stream is not chunked; this client reads chunked responses only');
      }
      return new ChunkSplitter(this.#onChunk);
    }
    if (this.#spec.subscriptions.length > 1) {
      for (const label of this.#spec.subscriptions) {
        const text = JSON.stringify({ type: 'subscribe', ...label });
        this.#socket?.write(clientFrame(opcodes.text, Buffer.from(text)));
      }
    }
    return new WebSocketSplitter(this.#onWebSocketFrame);
  }

  readonly #onChunk: OnFrame = (_, data, from, to) => {
    this.#listener.onEvent(this.#index, data, from, to);
  };

  readonly #onWebSocketFrame: OnFrame = (kind, data, from, to) => {
    if (kind === opcodes.text) {
      this.#listener.onEvent(this.#index, data, from, to);
    } else if (kind === opcodes.ping) {
      this.#socket?.write(clientFrame(opcodes.pong, data.subarray(from, to)));
    }
  };
}
