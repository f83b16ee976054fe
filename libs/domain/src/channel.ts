import { channelFamily, type AnyChannelFamily, type ChannelOf } from './channel-family.js';
import { controlEvents, mastodonEvents, type ControlEvents, type MastodonEvents } from './mastodon-events.js';

/** The name of a Redis channel, without the namespace prefix: `timeline:public`, `timeline:110000000000000001`. */
export type Channel = string;

/** The half of the known network that a public channel carries. */
export type Origin = 'local' | 'remote';

/** A channel that carries Mastodon's events. */
export type MastodonChannel = ChannelOf<MastodonEvents>;

/** A channel that carries control events. */
export type ControlChannel = ChannelOf<ControlEvents>;

/**
 * The names of the channels that publishers publish on; publisher and server share them. Ids MUST be decimal strings and a
 * tag a result of {@link normaliseHashtag}. Nothing is checked: home timelines are built by the thousand.
 */
export const channels = {
  /** An account's home timeline. */
  home: (accountId: string) => `timeline:${accountId}` as MastodonChannel,
  /** An account's notifications. */
  notifications: (accountId: string) => `timeline:${accountId}:notifications` as MastodonChannel,
  /** An account's conversations. */
  direct: (accountId: string) => `timeline:direct:${accountId}` as MastodonChannel,
  /** A list's timeline. */
  list: (listId: string) => `timeline:list:${listId}` as MastodonChannel,
  /** Public statuses of one origin or of both, all of them or only those with media. */
  public: (origin?: Origin, onlyMedia = false) =>
    `timeline:public${origin === undefined ? '' : `:${origin}`}${onlyMedia ? ':media' : ''}` as MastodonChannel,
  /** Public statuses with a hashtag, of all origins or only local ones. */
  hashtag: (normalisedTag: string, onlyLocal = false) =>
    `timeline:hashtag:${normalisedTag}${onlyLocal ? ':local' : ''}` as MastodonChannel,
  /** Control events for every connection of an account; never sent to clients. */
  system: (accountId: string) => `timeline:system:${accountId}` as ControlChannel,
  /** Control events for all subscriptions to one stream; never sent to clients. */
  systemStream: (stream: string) => `timeline:system:stream:${stream}` as ControlChannel,
  /** Control events for every connection of an access token; never sent to clients. */
  accessToken: (tokenId: string) => `timeline:access_token:${tokenId}` as ControlChannel,
} as const;

const id = /^\d+$/;
const family = (template: string): AnyChannelFamily =>
  channelFamily(template, mastodonEvents, { account: id, list: id });

/** Mastodon's channels as families. One of them claims each channel that {@link channels} builds for clients' streams. */
export const mastodonFamilies: readonly AnyChannelFamily[] = [
  'timeline:{account}',
  'timeline:{account}:notifications',
  'timeline:direct:{account}',
  'timeline:list:{list}',
  'timeline:public',
  'timeline:public:media',
  'timeline:public:local',
  'timeline:public:local:media',
  'timeline:public:remote',
  'timeline:public:remote:media',
  'timeline:hashtag:{tag}',
  'timeline:hashtag:{tag}:local',
].map(family);

/** The channels of control events as families. No stream may listen to a channel that they claim. */
export const controlFamilies: readonly AnyChannelFamily[] = [
  channelFamily('timeline:system:{account}', controlEvents),
  channelFamily('timeline:access_token:{token}', controlEvents),
];

/**
 * The Redis key that says that a channel has listeners. Mastodon publishes to home, notification, list, direct and
 * announcement channels only while it exists.
 */
export function presenceKey(channel: Channel): string {
  return `subscribed:${channel}`;
}

/** The control channels as Redis patterns: a server subscribes to these two, not to one channel per client. */
export const controlPatterns = [channels.system('*'), channels.accessToken('*')] as const;

/** The connections that a control event concerns. */
export type ControlTarget =
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'token'; readonly tokenId: string }
  | { readonly kind: 'stream'; readonly stream: string };

/** The targets of a kill: an account or a token. */
export type KillTarget = Exclude<ControlTarget, { readonly kind: 'stream' }>;

const systemStreamPrefix = channels.systemStream('');
const systemPrefix = channels.system('');
const accessTokenPrefix = channels.accessToken('');

/** Reads the name of a control channel; `undefined` for every other channel. */
export function controlTarget(channel: Channel): ControlTarget | undefined {
  if (channel.startsWith(systemStreamPrefix)) {
    return { kind: 'stream', stream: channel.slice(systemStreamPrefix.length) };
  }
  if (channel.startsWith(systemPrefix)) {
    return { kind: 'account', accountId: channel.slice(systemPrefix.length) };
  }
  if (channel.startsWith(accessTokenPrefix)) {
    return { kind: 'token', tokenId: channel.slice(accessTokenPrefix.length) };
  }
  return undefined;
}
