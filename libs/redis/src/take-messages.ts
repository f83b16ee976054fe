import type { Duplex } from 'node:stream';
import { MessageReader, type OnMessage } from './message-reader.js';

/**
 * Puts a {@link MessageReader} between a new connection and the parser of ioredis, which then sees all replies but the
 * published messages. Call it before anything is read: when ioredis emits `connect`.
 *
 * That the parser is the first listener for data is an implementation detail of ioredis (6.0). Where there is no such listener,
 * nothing is changed, and ioredis emits the messages itself.
 *
 * @param skip so many bytes at the beginning of each channel's name are left out
 */
export function takeMessages(connection: Duplex, skip: number, onMessage: OnMessage): void {
  const [parse] = connection.rawListeners('data') as ((data: Buffer) => void)[];
  // What is called once only, such as the end of a timeout, is a wrapper with the function inside.
  if (parse === undefined || 'listener' in parse) {
    return;
  }
  const reader = new MessageReader(skip, onMessage, (replies) => {
    parse(replies);
  });
  connection.off('data', parse);
  // Before all others: a listener of ioredis asks which replies the parser has made of the data.
  connection.prependListener('data', (data: Buffer) => {
    reader.read(data);
  });
}
