/** The part of a Node stream that collects several writes into one system call. */
export interface CorkableSocket {
  readonly writableCorked: number;
  readonly writableLength: number;
  readonly writableNeedDrain: boolean;
  cork(): void;
  uncork(): void;
  write(bytes: Buffer): boolean;
  once(event: 'drain', listener: () => void): unknown;
}
