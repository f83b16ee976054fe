import type { RawParams } from '@fedistream/stream-kit/server';

/** What a client may say on a WebSocket. Nothing but `type` has been checked. */
export interface ClientMessage extends RawParams {
  readonly type: 'subscribe' | 'unsubscribe';
  readonly stream?: unknown;
}

/** Reads a text frame; `undefined` for whatever is no message of ours, which is then ignored. */
export function readClientMessage(text: string): ClientMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const message = value as Partial<ClientMessage> | null;
  return message?.type === 'subscribe' || message?.type === 'unsubscribe' ? (message as ClientMessage) : undefined;
}

/** Whether it wants something to be opened. */
export function isSubscribe({ type }: ClientMessage): boolean {
  return type === 'subscribe';
}
