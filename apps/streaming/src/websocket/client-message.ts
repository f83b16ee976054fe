import type { RawParams } from '@fedistream/stream-kit/server';

/** A client's message. Only `type` has been validated. */
export interface ClientMessage extends RawParams {
  readonly type: 'subscribe' | 'unsubscribe';
  readonly stream?: unknown;
}

/** Parses a text frame. @returns `undefined` for anything else than a known message; the caller ignores it */
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

/** Whether the message subscribes. */
export function isSubscribe({ type }: ClientMessage): boolean {
  return type === 'subscribe';
}
