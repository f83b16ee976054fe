import { demoList, demoSteps, demoUser, type DemoMessage } from '@fedistream/demo';

import type { Publisher } from '../support/index.js';
import type { Reader, Stream } from './streams.js';

/** An event as a client library emits it. */
export interface RecordedEvent {
  readonly event: string;
  /** Parsed where the client does that. */
  readonly payload?: unknown;
}

/** All the kinds of events that the API has. */
export const eventNames = [
  'update',
  'delete',
  'notification',
  'status.update',
  'conversation',
  'filters_changed',
  'announcement',
  'announcement.reaction',
  'announcement.delete',
  'notifications_merged',
] as const;

/** Long enough for every event, and for posts in a dozen languages and scripts. */
const steps = 84;
const seed = 11;
const firstMorning = Date.UTC(2026, 2, 1, 7);

/** The messages of a small platform in a few days, for the streams of this reader. Deterministic. */
export function sampleEventsFor({ account, list }: Reader): readonly DemoMessage[] {
  let now = firstMorning;
  const messages = demoSteps(steps, seed, () => (now += 60_000)).flat();
  return [...messages, ...lateEvents(messages)].map(({ channel, message }) => ({
    channel: channel
      .replace(demoUser.id, account)
      .replace(new RegExp(`^timeline:list:${demoList.id}$`), `timeline:list:${list}`),
    message,
  }));
}

/** Events that the demo lacks: an edited and deleted local picture, and merged notifications. */
function lateEvents(messages: readonly DemoMessage[]): DemoMessage[] {
  const status = messages
    .filter(({ channel, message }) => channel === 'timeline:hashtag:photo:local' && message.event === 'update')
    .map(({ message }) => message.payload as { readonly id: string })
    .at(-1);
  const channels = messages
    .filter(({ message }) => (message.payload as typeof status)?.id === status?.id)
    .map(({ channel }) => channel);
  return [
    ...channels.map((channel) => ({
      channel,
      message: { event: 'status.update', payload: { ...status, edited_at: '2026-03-02T09:00:00.000Z' } },
    })),
    ...channels.map((channel) => ({ channel, message: { event: 'delete', payload: status?.id } })),
    { channel: `timeline:${demoUser.id}:notifications`, message: { event: 'notifications_merged', payload: '1' } },
  ];
}

/** Publishes the events one after the other. */
export async function publishSampleEvents(publisher: Publisher, sampleEvents: readonly DemoMessage[]): Promise<void> {
  for (const { channel, message } of sampleEvents) {
    await publisher.publish(channel, JSON.stringify(message));
  }
}

/** The events that a stream delivers to a reader without blocks and filters, in order. */
export function expectedOn(stream: Stream, reader: Reader, sampleEvents: readonly DemoMessage[]): RecordedEvent[] {
  const channels: readonly string[] = stream.channels(reader);
  return sampleEvents
    .filter(({ channel }) => channels.includes(channel))
    .map(({ message: { event, payload } }) => ({
      event,
      ...(payload === undefined ? {} : { payload: stream.perViewer ? withResults(payload) : payload }),
    }));
}

/** Statuses get the results of the viewer's filters; deletes, which are a bare id, stay as they are. */
function withResults(payload: unknown): unknown {
  return typeof payload === 'object' ? { ...payload, filtered: [] } : payload;
}
