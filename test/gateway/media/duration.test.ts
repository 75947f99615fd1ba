import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secondsIn } from '../../../main/gateway/media/duration.ts';
import { counts } from '../../counts.ts';
import { box, mp4Sound, oggPage, opusSound, vorbisSound, waveSound } from './sounds.ts';

describe('how long a sound is', () => {
  it.each([
    ['a voice message of Opus', opusSound(7.5), 7.5],
    ['one that skips its first samples', opusSound(3, { skip: 3_840 }), 3],
    ['two recordings one after the other', Buffer.concat([opusSound(2), opusSound(3, { serial: 8 })]), 5],
    ['Vorbis at another rate', vorbisSound(4, 22_050), 4],
    ['WAV with something before its data', waveSound(2.5, 16_000), 2.5],
    ['WAV of a recorder that was cut off', waveSound(2.5, 16_000, 0xffff_ffff), 2.5],
    ['MP4', mp4Sound(61.25), 61.25],
    ['MP4 with wide numbers', mp4Sound(61.25, 1), 61.25],
  ])('stands in %s', (_name, bytes, seconds) => {
    expect(secondsIn(bytes)).toBeCloseTo(seconds, 3);
  });

  it('ends with the last page that came, where a file was cut off', () => {
    const whole = opusSound(10);
    expect(secondsIn(whole.subarray(0, whole.length - 5_000))).toBeLessThanOrEqual(10);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['something else', Buffer.from('ID3 and a song')],
    ['Ogg without a word of what is in it', oggPage(1, 96_000n, Buffer.from('Speex   '), true)],
    ['two sounds beside each other', Buffer.concat([opusSound(2), oggPage(9, 48_000n, Buffer.alloc(10))])],
    ['MP4 in pieces, whose length is 0', mp4Sound(0)],
    ['MP4 without a film', box('ftyp', Buffer.from('M4A '))],
    ['WAV without a format', Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), Buffer.from('data\x04\0\0\0abcd')])],
  ])('is not told by %s', (_name, bytes) => {
    expect(secondsIn(bytes)).toBeNull();
  });

  it('is not believed where the size contradicts it (a song for the price of a second, or a second for that of a year)', () => {
    const long = opusSound(60);
    const [lie, boast] = [Buffer.from(long), Buffer.from(long)];
    const last = long.lastIndexOf('OggS');
    lie.writeBigInt64LE(480n, last + 6);
    boast.writeBigInt64LE(48_000n * 86_400n * 365n, last + 6);
    expect([secondsIn(lie), secondsIn(boast)]).toEqual([null, null]);
  });

  it('never hangs or breaks down over bytes that are wrong', () => {
    const kinds = [opusSound(1), vorbisSound(1, 8_000), waveSound(0.1, 8_000), mp4Sound(1), mp4Sound(1, 1)];
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 12 }),
        fc.nat(),
        (sound, changes, end) => {
          const bytes = Buffer.from(sound.subarray(0, end % 3 === 0 ? end % (sound.length + 1) : sound.length));
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const seconds = secondsIn(bytes);
          expect(seconds === null || (Number.isFinite(seconds) && seconds > 0)).toBe(true);
        },
      ),
      { numRuns: counts.propertyRuns },
    );
  });
});
