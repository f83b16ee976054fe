import { channels as all } from '@fedistream/domain';

/**
 * The names of the channels that Mastodon's backend publishes on, but for those of control events: no stream may deliver
 * what they carry.
 */
export const channels: Omit<typeof all, 'system' | 'systemStream' | 'accessToken'> = all;
