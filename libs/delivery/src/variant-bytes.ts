import type { CommonText } from '@fedistream/domain';
import type { Label } from './label.js';

interface EncodedPrefix {
  readonly label: Label;
  readonly bytes: Buffer;
}

/**
 * The bytes of an event's variants. Nearly all of a status is the same in each of them: it is encoded once for each event
 * and label, and copied, which costs a third.
 */
export class VariantBytes {
  readonly #beginnings = new WeakMap<CommonText, EncodedPrefix>();

  /**
   * @param common what the variants of this event begin with
   * @param text the text up to the end of that, as this framing has it; asked for once
   */
  beginning(common: CommonText, label: Label, text: () => string): Buffer {
    const known = this.#beginnings.get(common);
    if (known?.label === label) {
      return known.bytes;
    }
    const bytes = Buffer.from(text());
    this.#beginnings.set(common, { label, bytes });
    return bytes;
  }
}

/** The beginning and the rest in one buffer, behind room for a header. */
export function concatenate(room: number, beginning: Buffer, rest: string): Buffer {
  const bytes = Buffer.allocUnsafe(room + beginning.length + Buffer.byteLength(rest));
  beginning.copy(bytes, room);
  bytes.write(rest, room + beginning.length);
  return bytes;
}
