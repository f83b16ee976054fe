import { controlTarget, type Channel, type Viewer } from '@fedistream/domain';
import type { StreamRequest } from './stream-definition.js';
import { refusalFor } from './stream-failure.js';

/**
 * The channels that feed this request, each once. They are held against what the compiler cannot see: a stream without
 * channels would be silent for ever, and control events are for the server alone.
 *
 * @throws StreamingError what the stream throws; `unexpected`, with a cause that names it, when it is mistaken
 */
export function channelsOf({ definition, params, name }: StreamRequest, viewer: Viewer): readonly Channel[] {
  try {
    return checked(definition.source.channels({ viewer, params, name }));
  } catch (failure) {
    throw refusalFor(name, 'channels', failure);
  }
}

function checked(channels: unknown): readonly Channel[] {
  if (!Array.isArray(channels) || channels.length === 0 || !channels.every(isName)) {
    throw new TypeError('it must return a list of one or more names');
  }
  const control = channels.find((channel) => controlTarget(channel) !== undefined);
  if (control !== undefined) {
    throw new TypeError(`clients never receive what "${control}" carries`);
  }
  return [...new Set(channels)];
}

function isName(channel: unknown): channel is Channel {
  return typeof channel === 'string' && channel !== '';
}
