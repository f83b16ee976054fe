/** The name of a Redis channel, without the namespace prefix: `timeline:public`, `timeline:110000000000000001`. */
export type Channel = string;

/** Which half of the known network a public channel carries. */
export type Origin = 'local' | 'remote';

/**
 * The names of the channels that the platform publishes on. Publisher and server build them here, so that they cannot
 * drift apart. Ids are decimal strings; a tag is one that {@link normaliseHashtag} has been through.
 */
export const channels = {
  /** What an account's home timeline receives. */
  home: (accountId: string): Channel => `timeline:${accountId}`,
  /** An account's notifications. */
  notifications: (accountId: string): Channel => `timeline:${accountId}:notifications`,
  /** An account's conversations. */
  direct: (accountId: string): Channel => `timeline:direct:${accountId}`,
  /** A list's timeline. */
  list: (listId: string): Channel => `timeline:list:${listId}`,
  /** Public statuses of one origin or of both, all of them or only those with media. */
  public: (origin?: Origin, onlyMedia = false): Channel =>
    `timeline:public${origin === undefined ? '' : `:${origin}`}${onlyMedia ? ':media' : ''}`,
  /** Public statuses with a hashtag, of all origins or only local ones. */
  hashtag: (normalisedTag: string, onlyLocal = false): Channel =>
    `timeline:hashtag:${normalisedTag}${onlyLocal ? ':local' : ''}`,
  /** Control events for every connection of an account; never sent to clients. */
  system: (accountId: string): Channel => `timeline:system:${accountId}`,
  /** Control events for every connection of an access token; never sent to clients. */
  accessToken: (tokenId: string): Channel => `timeline:access_token:${tokenId}`,
} as const;

/**
 * The Redis key that says that somebody listens to a channel. The platform publishes to home, notification, list, direct
 * and announcement channels only while it exists.
 */
export function presenceKey(channel: Channel): string {
  return `subscribed:${channel}`;
}

/** The control channels, as Redis patterns: a server follows these two, not one channel for each client. */
export const controlPatterns = [channels.system('*'), channels.accessToken('*')] as const;

/** Whom a control event concerns. */
export type ControlTarget =
  { readonly kind: 'account'; readonly accountId: string } | { readonly kind: 'token'; readonly tokenId: string };

const systemPrefix = channels.system('');
const accessTokenPrefix = channels.accessToken('');

/** Reads the name of a control channel; `undefined` for every other channel. */
export function controlTarget(channel: Channel): ControlTarget | undefined {
  if (channel.startsWith(systemPrefix)) {
    return { kind: 'account', accountId: channel.slice(systemPrefix.length) };
  }
  if (channel.startsWith(accessTokenPrefix)) {
    return { kind: 'token', tokenId: channel.slice(accessTokenPrefix.length) };
  }
  return undefined;
}
