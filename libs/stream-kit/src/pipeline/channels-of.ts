import { controlTarget, type Channel, type Viewer } from '@fedistream/domain';
import type { StreamRequest } from '../modules/stream-definition.js';
import { refusePromise } from './refuse-promise.js';
import { refusalFor } from './stream-failure.js';

const mustBeChannels = 'it must return a list of one or more channels';

/** Whether a channel belongs to a family that streams may listen to. */
export type IsClaimed = (channel: Channel) => boolean;

/**
 * The channels that feed this request, each once. They are held against what the compiler cannot see: a stream without
 * channels, or with a channel that no publisher knows, would be silent for ever; control events are for the server alone.
 *
 * @throws StreamingError what the stream throws; `unexpected`, with a cause that names it, when it is mistaken
 */
export function channelsOf(request: StreamRequest, viewer: Viewer, isClaimed: IsClaimed): readonly Channel[] {
  const { definition } = request;
  try {
    return checkedChannels(definition.declaration.channels(definition.context(request, viewer)), isClaimed);
  } catch (failure) {
    throw refusalFor(request, 'channels', failure);
  }
}

/** @throws TypeError with a sentence for the author of the stream */
export function checkedChannels(answer: unknown, isClaimed: IsClaimed): readonly Channel[] {
  const channels = refusePromise(answer, mustBeChannels);
  if (!Array.isArray(channels) || channels.length === 0 || !channels.every(isName)) {
    throw new TypeError(mustBeChannels);
  }
  const control = channels.find((channel) => controlTarget(channel) !== undefined);
  if (control !== undefined) {
    throw new TypeError(`clients never receive what "${control}" carries`);
  }
  const unclaimed = channels.find((channel) => !isClaimed(channel));
  if (unclaimed !== undefined) {
    throw new TypeError(
      `no channel family claims "${unclaimed}"; build channels with channels.* or a channelFamily() in the module's families`,
    );
  }
  return [...new Set(channels)];
}

function isName(channel: unknown): channel is Channel {
  return typeof channel === 'string' && channel !== '';
}
