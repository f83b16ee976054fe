import type { Channel } from '@fedistream/domain';

/** One thing that the platform publishes: JSON.stringify of `message` is the text on `channel`. */
export interface DemoMessage {
  readonly channel: Channel;
  readonly message: {
    readonly event: string;
    /** Absent for events that are nothing but their name. */
    readonly payload?: unknown;
  };
}

/** The message of an event on each of these channels. */
export function onEach(channels: readonly Channel[], event: string, payload?: unknown): DemoMessage[] {
  const message = payload === undefined ? { event } : { event, payload };
  return channels.map((channel) => ({ channel, message }));
}
