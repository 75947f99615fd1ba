/** Sounds as recorders write them, with nothing in them: what counts is what their frames say of their length. */

const letters = (text: string): Buffer => Buffer.from(text, 'latin1');

/** One page with `body`; `position`: -1 for none. `begins`: the first of its stream. */
export function oggPage(serial: number, position: bigint, body: Buffer, begins = false): Buffer {
  const head = Buffer.alloc(27);
  head.write('OggS', 'latin1');
  head[5] = begins ? 2 : 0;
  head.writeBigInt64LE(position, 6);
  head.writeUInt32LE(serial, 14);
  const lacing: number[] = [];
  for (let left = body.length; left >= 0; left -= 255) lacing.push(Math.min(left, 255));
  head[26] = lacing.length;
  return Buffer.concat([head, Buffer.from(lacing), body]);
}

/** Opus at about 24 kbit a second, as voice messages are; `skip` samples are not played. */
export function opusSound(seconds: number, { skip = 312, serial = 7 } = {}): Buffer {
  const head = Buffer.concat([letters('OpusHead'), Buffer.from([1, 1]), Buffer.alloc(9)]);
  head.writeUInt16LE(skip, 10);
  const pages = [oggPage(serial, 0n, head, true), oggPage(serial, 0n, letters('OpusTags'))];
  for (let second = 1; second <= Math.ceil(seconds); second++) {
    const end = BigInt(Math.round(Math.min(second, seconds) * 48_000) + skip);
    pages.push(oggPage(serial, end, Buffer.alloc(3_000)));
  }
  return Buffer.concat(pages);
}

export function vorbisSound(seconds: number, rate: number): Buffer {
  const head = Buffer.alloc(30);
  head.write('\u0001vorbis', 'latin1');
  head.writeUInt32LE(rate, 12);
  const end = BigInt(Math.round(seconds * rate));
  return Buffer.concat([oggPage(1, 0n, head, true), oggPage(1, end, Buffer.alloc(Math.round(seconds * 2_000)))]);
}

/** 16 bit mono; `said`: the size of the data as its head tells it. */
export function waveSound(seconds: number, rate: number, said = Math.round(seconds * rate * 2)): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt16LE(1, 0);
  head.writeUInt16LE(1, 2);
  head.writeUInt32LE(rate, 4);
  head.writeUInt32LE(rate * 2, 8);
  const chunk = (name: string, body: Buffer, size = body.length): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(size);
    return Buffer.concat([letters(name), length, body, Buffer.alloc(body.length % 2)]);
  };
  const data = Buffer.alloc(Math.round(seconds * rate * 2));
  return Buffer.concat([
    letters('RIFF\0\0\0\0WAVE'),
    chunk('LIST', letters('odd')),
    chunk('fmt ', head),
    chunk('data', data, said),
  ]);
}

export function box(kind: string, body: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(8 + body.length);
  return Buffer.concat([size, letters(kind), body]);
}

/** `version` 1 has wide numbers. */
export function mp4Sound(seconds: number, version: 0 | 1 = 0): Buffer {
  const head = Buffer.alloc(version === 1 ? 112 : 100);
  head[0] = version;
  if (version === 1) {
    head.writeUInt32BE(44_100, 20);
    head.writeBigUInt64BE(BigInt(Math.round(seconds * 44_100)), 24);
  } else {
    head.writeUInt32BE(1_000, 12);
    head.writeUInt32BE(Math.round(seconds * 1_000), 16);
  }
  return Buffer.concat([
    box('ftyp', letters('M4A \0\0\0\0')),
    box('mdat', Buffer.alloc(Math.round(seconds * 4_000))),
    box('moov', Buffer.concat([box('free', Buffer.alloc(3)), box('mvhd', head)])),
  ]);
}
