/* The two containers of pictures that Windows and macOS want, written from plain pixels. */

/** One drawn size: straight RGBA pixels from the top row down, and the same as PNG. */
export interface Drawing {
  readonly size: number;
  readonly rgba: Buffer;
  readonly png: Buffer;
}

const icoHeader = 6;
const icoEntry = 16;
const dibHeader = 40;
/** From this size on an entry is a PNG; below, older readers expect a bitmap. */
const pngFrom = 256;

/** An icon's bitmap: a header with twice the height, BGRA rows from the bottom up, and an empty mask. */
function bitmap({ size, rgba }: Drawing): Buffer {
  const header = Buffer.alloc(dibHeader);
  header.writeUInt32LE(dibHeader, 0);
  header.writeInt32LE(size, 4);
  header.writeInt32LE(size * 2, 8);
  header.writeUInt16LE(1, 12);
  header.writeUInt16LE(32, 14);
  const pixels = Buffer.alloc(size * size * 4);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const from = (row * size + column) * 4;
      const to = ((size - 1 - row) * size + column) * 4;
      const [red = 0, green = 0, blue = 0, alpha = 0] = rgba.subarray(from, from + 4);
      pixels.set([blue, green, red, alpha], to);
    }
  }
  const maskRow = Math.ceil(size / 32) * 4;
  return Buffer.concat([header, pixels, Buffer.alloc(maskRow * size)]);
}

export function icoFile(drawings: readonly Drawing[]): Buffer {
  const bodies = drawings.map((drawing) => (drawing.size >= pngFrom ? drawing.png : bitmap(drawing)));
  const head = Buffer.alloc(icoHeader + icoEntry * drawings.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(drawings.length, 4);
  let offset = head.length;
  for (const [index, { size }] of drawings.entries()) {
    const at = icoHeader + icoEntry * index;
    const bytes = bodies[index]?.length ?? 0;
    head.writeUInt8(size % 256, at); // 0 stands for 256
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(bytes, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += bytes;
  }
  return Buffer.concat([head, ...bodies]);
}

/** Apple's type of a PNG by the points it is shown at and its scale. */
const icnsTypes = [
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
] as const;

/** Throws when one of the sizes 32, 64, 128, 256, 512 and 1024 is missing. */
export function icnsFile(drawings: readonly Drawing[]): Buffer {
  const block = (type: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.write(type, 0, 'ascii');
    head.writeUInt32BE(body.length + head.length, 4);
    return Buffer.concat([head, body]);
  };
  const blocks = icnsTypes.map(([type, size]) => {
    const drawing = drawings.find((one) => one.size === size);
    if (!drawing) throw new Error(`An .icns file needs the size ${String(size)}.`);
    return block(type, drawing.png);
  });
  return block('icns', Buffer.concat(blocks));
}
