import { stampWithinBytes } from '../events/stamp.js';

/** Where a frame begins and ends in the bytes at hand; `end` may lie beyond them. */
export interface FrameBounds {
  /** WebSocket: the opcode; chunks: 1, and 0 for the last one. */
  kind: number;
  body: number;
  bodyEnd: number;
  end: number;
}

/** Receives each frame once: its kind, and the beginning of its body from `from` to `to`. */
export type OnFrame = (kind: number, data: Buffer, from: number, to: number) => void;

/**
 * Splits what a socket receives into frames. It reads the beginning of a frame and skips the rest without a copy, because load
 * clients share the machine with the measured server.
 */
export abstract class FrameSplitter {
  protected readonly bounds: FrameBounds = { kind: 0, body: 0, bodyEnd: 0, end: 0 };
  readonly #onFrame: OnFrame;
  #skip = 0;
  #carry: Buffer | undefined;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** Takes the next bytes. They may be overwritten afterwards: what is needed later is copied. */
  read(chunk: Buffer): void {
    if (this.#skip >= chunk.length) {
      this.#skip -= chunk.length;
      return;
    }
    let at = this.#skip;
    this.#skip = 0;
    let data = chunk;
    if (this.#carry) {
      data = Buffer.concat([this.#carry, chunk]);
      this.#carry = undefined;
    }
    while (at < data.length) {
      const whole = this.header(data, at);
      const { kind, body, bodyEnd, end } = this.bounds;
      const to = Math.min(bodyEnd, body + stampWithinBytes);
      if (!whole || to > data.length) {
        this.#carry = Buffer.from(data.subarray(at));
        return;
      }
      this.#onFrame(kind, data, body, to);
      at = end;
    }
    this.#skip = at - data.length;
  }

  /** Sets {@link bounds} for the frame that begins there; false when its header is not whole yet. */
  protected abstract header(data: Buffer, at: number): boolean;
}
