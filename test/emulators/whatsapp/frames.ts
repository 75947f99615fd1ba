/*
 * Frames inside WebSocket messages: three bytes of length, big-endian, and the payload; a WebSocket message may hold
 * several or a part. Before the first frame of a client stands its introduction `WA 06 03`, which may be preceded by
 * `ED 00 01`, a length of three bytes and routing information (docs/whatsapp-protocol.md, Frames and handshake).
 */
import { Refused } from './refused.ts';

/** The introduction: protocol 6, token dictionary 3. */
export const introduction = Buffer.from([0x57, 0x41, 0x06, 0x03]);

/** The length of a frame has 24 bits. */
export const longestFrame = 2 ** 24 - 1;

const routing = Buffer.from([0x45, 0x44, 0x00, 0x01]);

/** Puts together the frames of one client. */
export class FrameReader {
  /** What the client sent as routing information, once its introduction has been read. */
  routingInfo: Buffer | undefined;
  #isIntroduced = false;
  #bytes: Buffer = Buffer.alloc(0);

  /** The frames that are complete with `data`, in order. Throws `Refused` on a wrong introduction. */
  push(data: Buffer): readonly Buffer[] {
    this.#bytes = Buffer.concat([this.#bytes, data]);
    if (!this.#isIntroduced && !this.#readIntroduction()) return [];
    const frames: Buffer[] = [];
    while (this.#bytes.length >= 3) {
      const end = 3 + this.#bytes.readUIntBE(0, 3);
      if (this.#bytes.length < end) break;
      frames.push(this.#bytes.subarray(3, end));
      this.#bytes = this.#bytes.subarray(end);
    }
    return frames;
  }

  /** True once the introduction is complete. */
  #readIntroduction(): boolean {
    const start = this.#bytes.subarray(0, 4);
    if (start.equals(routing.subarray(0, start.length))) {
      if (this.#bytes.length < 7) return false;
      const end = 7 + this.#bytes.readUIntBE(4, 3);
      if (this.#bytes.length < end + introduction.length) return false;
      this.routingInfo = Buffer.from(this.#bytes.subarray(7, end));
      this.#bytes = this.#bytes.subarray(end);
    }
    const found = this.#bytes.subarray(0, 4);
    if (!found.equals(introduction.subarray(0, found.length))) {
      throw new Refused('intro', `A connection begins with ${found.toString('hex')}.`);
    }
    if (found.length < introduction.length) return false;
    this.#bytes = this.#bytes.subarray(introduction.length);
    this.#isIntroduced = true;
    return true;
  }
}

/** A frame around `payload`. */
export function frame(payload: Buffer): Buffer {
  if (payload.length > longestFrame) throw new Error(`A frame holds at most ${String(longestFrame)} bytes.`);
  const length = Buffer.alloc(3);
  length.writeUIntBE(payload.length, 0, 3);
  return Buffer.concat([length, payload]);
}
