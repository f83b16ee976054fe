const textOpcode = 1;
const closeOpcode = 8;

/** Receives the text of each text frame, and `undefined` for a close frame. */
export type OnClientFrame = (text: string | undefined) => void;

/** Reads the masked frames of a load client (RFC 6455, 5.2): short text frames, pongs and close frames, each in one piece. */
export function readClientFrames(data: Buffer, onFrame: OnClientFrame): void {
  for (let at = 0; at + 6 <= data.length;) {
    const opcode = (data[at] ?? 0) & 0x0f;
    const short = (data[at + 1] ?? 0) & 0x7f;
    const length = short === 126 ? data.readUInt16BE(at + 2) : short;
    const mask = at + (short === 126 ? 4 : 2);
    const body = mask + 4;
    if (opcode === textOpcode) {
      const text = Buffer.from(data.subarray(body, body + length));
      text.forEach((byte, index) => (text[index] = byte ^ (data[mask + (index & 3)] ?? 0)));
      onFrame(text.toString());
    } else if (opcode === closeOpcode) {
      onFrame(undefined);
    }
    at = body + length;
  }
}
