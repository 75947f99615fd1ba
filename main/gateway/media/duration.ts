/**
 * How long a sound is, as its own bytes tell it: Ogg with Opus (RFC 7845) or Vorbis, WAV, and MP4 (ISO/IEC 14496-12).
 * What a sender wrote there may be a lie, and a price hangs on it, so a length that the size contradicts is none.
 */

/** Fewer and more bytes a second than a sound of that kind can have. */
const [thinnest, fattest] = [16, 200_000];
/** Of WAV, which is not packed: from a telephone's at a quarter of its rate to a studio's in eight channels. */
const [thinnestWave, fattestWave] = [2_000, 6_200_000];
/** Boxes, pages or chunks of one file; more have no voice message and no song. */
const mostParts = 100_000;

/** What was said of a sound of so many bytes; null where that cannot be. */
export function believable(seconds: number | null, size: number): number | null {
  const fits = seconds !== null && seconds > 0 && size / seconds >= thinnest && size / seconds <= fattest;
  return fits ? seconds : null;
}

/** Seconds, with fractions; null when the bytes do not tell, or not believably. */
export function secondsIn(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isWave = isAt(view, 0, 'RIFF') && isAt(view, 8, 'WAVE');
  const seconds = isWave ? secondsOfWave(view) : secondsOf(view);
  if (seconds === null || !Number.isFinite(seconds) || seconds <= 0) return null;
  const rate = bytes.length / seconds;
  return rate >= (isWave ? thinnestWave : thinnest) && rate <= (isWave ? fattestWave : fattest) ? seconds : null;
}

function secondsOf(view: DataView): number | null {
  if (isAt(view, 0, 'OggS')) return secondsOfOgg(view);
  return isAt(view, 4, 'ftyp') ? secondsOfMp4(view) : null;
}

function isAt(view: DataView, at: number, word: string): boolean {
  if (at < 0 || at + word.length > view.byteLength) return false;
  for (let index = 0; index < word.length; index++) {
    if (view.getUint8(at + index) !== word.charCodeAt(index)) return false;
  }
  return true;
}

/** `data` by the bytes a second that `fmt ` names; a recorder that was cut off leaves the size of `data` open. */
function secondsOfWave(view: DataView): number | null {
  let rate = 0;
  for (let at = 12, parts = 0; at + 8 <= view.byteLength && parts < mostParts; parts++) {
    const size = view.getUint32(at + 4, true);
    if (isAt(view, at, 'fmt ') && at + 24 <= view.byteLength) rate = view.getUint32(at + 16, true);
    if (isAt(view, at, 'data')) return rate === 0 ? null : Math.min(size, view.byteLength - at - 8) / rate;
    at += 8 + size + (size % 2);
  }
  return null;
}

interface OggStream {
  readonly serial: number;
  /** Samples a second, and those that are played before the sound begins. */
  readonly rate: number;
  readonly skip: number;
  /** The position of the last page that has one. */
  end: bigint;
}

/** Every page is looked at: one sound may follow another in a file, but none beside another. */
function secondsOfOgg(view: DataView): number | null {
  let stream: OggStream | null = null;
  let seconds = 0;
  let at = 0;
  for (let parts = 0; isAt(view, at, 'OggS') && at + 27 <= view.byteLength && parts < mostParts; parts++) {
    const segments = view.getUint8(at + 26);
    const body = at + 27 + segments;
    if (body > view.byteLength) break;
    const serial = view.getUint32(at + 14, true);
    if ((view.getUint8(at + 5) & 2) !== 0) {
      if (stream !== null) seconds += lengthOf(stream);
      stream = oggStream(view, body, serial);
    }
    if (stream?.serial !== serial) return null;
    const position = view.getBigInt64(at + 6, true);
    if (position >= 0n) stream.end = position;
    at = body;
    for (let index = 0; index < segments; index++) at += view.getUint8(body - segments + index);
  }
  return stream === null ? null : seconds + lengthOf(stream);
}

/** Null for what is neither Opus nor Vorbis. */
function oggStream(view: DataView, body: number, serial: number): OggStream | null {
  if (isAt(view, body, 'OpusHead') && body + 12 <= view.byteLength) {
    // Its positions count 48,000 a second, whatever was recorded (RFC 7845, 4).
    return { serial, rate: 48_000, skip: view.getUint16(body + 10, true), end: 0n };
  }
  if (isAt(view, body, '\u0001vorbis') && body + 16 <= view.byteLength) {
    return { serial, rate: view.getUint32(body + 12, true), skip: 0, end: 0n };
  }
  return null;
}

function lengthOf({ end, skip, rate }: OggStream): number {
  return Math.max(0, Number(end) - skip) / rate;
}

/** `moov` → `mvhd`: a length in units of its own; 0 where the pieces of the film follow one by one. */
function secondsOfMp4(view: DataView): number | null {
  const movie = findBox(view, 0, view.byteLength, 'moov');
  const head = movie === null ? null : findBox(view, movie.from, movie.to, 'mvhd');
  if (head === null) return null;
  const wide = head.to > head.from && view.getUint8(head.from) === 1;
  const at = head.from + (wide ? 20 : 12);
  if (at + (wide ? 12 : 8) > head.to) return null;
  const length = wide ? Number(view.getBigUint64(at + 4)) : view.getUint32(at + 4);
  return length / view.getUint32(at);
}

interface Box {
  readonly from: number;
  readonly to: number;
}

/** The content of the first box of this kind. */
function findBox(view: DataView, from: number, to: number, kind: string): Box | null {
  for (let at = from, parts = 0; at + 8 <= to && parts < mostParts; parts++) {
    const short = view.getUint32(at);
    if (short === 1 && at + 16 > to) return null;
    const [head, size] = short === 1 ? [16, Number(view.getBigUint64(at + 8))] : [8, short === 0 ? to - at : short];
    if (size < head) return null;
    if (isAt(view, at + 4, kind)) return { from: at + head, to: Math.min(to, at + size) };
    at += size;
  }
  return null;
}
