import { createHash, randomBytes } from 'node:crypto';
import type { Channel } from '@fedistream/domain';
import { markerChannel } from './marker.js';

/**
 * A client's place in the order of messages, as text: `<epoch>.<hash>`. It names the last message that the client has
 * received or been filtered out of. It grants nothing: whatever is read with it is authorised and decided again.
 *
 * That of a marker is `<epoch>.<hash>.<scope>`. A marker has a place among the messages of all channels, but the platform
 * publishes to some channels only while a client is subscribed to them. So it is good only for the channels that the client
 * was subscribed to when it received it.
 */
export type Position = string;

/** A {@link Position} taken apart. */
export interface ParsedPosition {
  readonly epoch: string;
  readonly hash: string;
  /** Of a marker: for which channels it is good, see {@link scopeOf}. `undefined` for a message. */
  readonly scope?: string | undefined;
}

/** 9 bytes in base64url; only `[A-Za-z0-9_-]`, so that no CORS preflight begins because of them. */
const epochLength = 12;
/** 96 bits in base64url. */
const hashLength = 16;
/** 48 bits in base64url. */
const scopeLength = 8;
const form = new RegExp(`^([\\w-]{${epochLength}})\\.([\\w-]{${hashLength}})(?:\\.([\\w-]{${scopeLength}}))?$`);

/** The name of a new epoch: random, so that no two recorders ever choose the same. */
export function newEpoch(): string {
  return randomBytes(9).toString('base64url');
}

/**
 * The part of a position that names a message: the first 96 bits of SHA-256 over the marker before it, channel and raw
 * message. Every node computes the same without asking. Costs 3 µs for 3 KB; MD5 would cost 6.
 *
 * The marker keeps equal messages apart: a client may have received the first of them and have missed the second.
 *
 * @param marker the text of the last marker before it; markers themselves are unique, and it does not count for them
 */
export function messageHash(marker: string, channel: Channel, message: Buffer | string): string {
  const context = channel === markerChannel ? '' : marker;
  return createHash('sha256')
    .update(`${context}\n${channel}\n`)
    .update(message)
    .digest('base64url')
    .slice(0, hashLength);
}

/** The scope of positions for these channels, in any order. */
export function scopeOf(channels: readonly Channel[]): string {
  const text = channels.toSorted().join('\n');
  return createHash('sha256').update(text).digest('base64url').slice(0, scopeLength);
}

/** Joins the parts. */
export function formatPosition({ epoch, hash: message, scope }: ParsedPosition): Position {
  return scope === undefined ? `${epoch}.${message}` : `${epoch}.${message}.${scope}`;
}

/** The position of a marker, from that which the tracker gives it. */
export function scopedPosition(markerPosition: Position, scope: string): Position {
  return `${markerPosition}.${scope}`;
}

/** Takes a client's text apart; `undefined` for what no server has ever given out. */
export function parsePosition(text: string): ParsedPosition | undefined {
  const [, epoch, message, scope] = form.exec(text) ?? [];
  return epoch === undefined || message === undefined ? undefined : { epoch, hash: message, scope };
}
