import type { Channel } from '@fedistream/domain';

/**
 * The names of everything that history keeps in Redis. Data of an epoch has the epoch in its name: what a recorder that
 * has lost its lease might still write can never be taken for the present one's.
 */
export class HistoryKeys {
  /** Holds the token of the recorder that may write. */
  readonly leader: string;
  /** Holds the token of the recorder that listens as well, to take over. */
  readonly standby: string;
  /** Epoch, last number, last tick and how many messages came behind it: where a successor continues. */
  readonly state: string;
  /** Counts the recorders that have led, so that no two publish equal ticks. */
  readonly term: string;

  /** @param prefix of the namespace, `n:` or empty */
  constructor(readonly prefix: string) {
    this.leader = `${prefix}history:leader`;
    this.standby = `${prefix}history:standby`;
    this.state = `${prefix}history:state`;
    this.term = `${prefix}history:term`;
  }

  /** What all keys of an epoch begin with. */
  epoch(epoch: string): string {
    return `${this.prefix}history:${epoch}:`;
  }

  /** Channels of an epoch with the number of their last message: none of their data may be missing. */
  channels(epoch: string): string {
    return `${this.epoch(epoch)}channels`;
  }

  /** Channels with the number of the last message that was not recorded because no client had been there. */
  skipped(epoch: string): string {
    return `${this.epoch(epoch)}skipped`;
  }

  /** The messages of a channel. */
  stream(epoch: string, channel: Channel): string {
    return `${this.epoch(epoch)}s:${channel}`;
  }

  /** Where each message of a channel stands first, and what has been dropped of it. */
  index(epoch: string, channel: Channel): string {
    return `${this.epoch(epoch)}i:${channel}`;
  }

  /** Where a marker stands. */
  marker(epoch: string, hash: string): string {
    return `${this.epoch(epoch)}m:${hash}`;
  }

  /** Tickets of one subscription of a token. @param label a hash of the subscription's label */
  tickets(tokenId: string, label: string): string {
    return `${this.prefix}history:ticket:${tokenId}:${label}`;
  }

  /** The Redis channel on which a node is told that its fences have been recorded. */
  acknowledgements(node: string): string {
    return `${this.prefix}history:ack:${node}`;
  }
}
