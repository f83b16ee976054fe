import type { Channel } from '@fedistream/domain';

/** A message that the platform publishes: its text on `channel` is JSON.stringify of `message`. */
export interface DemoMessage {
  readonly channel: Channel;
  readonly message: {
    readonly event: string;
    /** Absent for events without a payload. */
    readonly payload?: unknown;
  };
}

/** The message of an event on each of these channels. */
export function onEach(channels: readonly Channel[], event: string, payload?: unknown): DemoMessage[] {
  const message = payload === undefined ? { event } : { event, payload };
  return channels.map((channel) => ({ channel, message }));
}
