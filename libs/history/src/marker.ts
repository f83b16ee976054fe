import type { Channel } from '@fedistream/domain';

/**
 * The channel of markers: messages that this service publishes itself, so that they have a place in the order of all
 * messages. Every node and every recorder receives them; no client does.
 */
export const markerChannel: Channel = 'history:marker';

/**
 * A marker. `tick`: the recorder announces its epoch, once a second. `fence`: a node asks for a proof that everything
 * before this place has been recorded.
 */
export type Marker =
  | { readonly kind: 'tick'; readonly epoch: string; readonly number: number }
  | { readonly kind: 'fence'; readonly node: string; readonly number: number };

const form = /^\{"event":"(tick|fence)","payload":"([\w-]+)\.(\d{1,15})"\}$/;

/** The message that announces an epoch. Numbers count up within an epoch: no two ticks are equal. */
export function tickText(epoch: string, number: number): string {
  return `{"event":"tick","payload":"${epoch}.${number}"}`;
}

/** The message of a fence. A node chooses its name at random when it starts: no two fences are equal. */
export function fenceText(node: string, number: number): string {
  return `{"event":"fence","payload":"${node}.${number}"}`;
}

/** Reads a marker; `undefined` for whatever else may be published on its channel. */
export function readMarker(text: string): Marker | undefined {
  const [, kind, name = '', digits] = form.exec(text) ?? [];
  const number = Number(digits);
  if (kind === 'tick') {
    return { kind, epoch: name, number };
  }
  return kind === 'fence' ? { kind, node: name, number } : undefined;
}
