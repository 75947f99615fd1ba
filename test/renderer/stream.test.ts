import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counts } from '../counts.ts';
import { addPiece, addSnapshot, type Piece, type StreamText } from '../../renderer/bridge/stream.ts';

const turn = 't1';

/** A text and where it is cut into pieces. */
const cutText = fc
  .tuple(fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }), fc.array(fc.nat(60), { maxLength: 8 }))
  .map(([text, cuts]) => {
    const at = [...new Set([0, ...cuts.filter((cut) => cut < text.length), text.length])].sort((a, b) => a - b);
    const pieces = at
      .slice(0, -1)
      .map((offset, index): Piece => ({ turn, attempt: 1, offset, text: text.slice(offset, at[index + 1]) }));
    return { text, pieces };
  });

const fold = (pieces: readonly Piece[], from: StreamText | null = null): StreamText | null =>
  pieces.reduce<StreamText | null>((state, piece) => addPiece(state, piece), from);

describe('the text of a running reply', () => {
  test('is the text that was sent, whatever pieces are seen twice (a reconnect must not double a word)', () => {
    fc.assert(
      fc.property(cutText, fc.array(fc.nat(20)), ({ text, pieces }, repeats) => {
        const seen = pieces.flatMap((piece, index) => {
          const earlier = pieces[Math.min(index, repeats[index] ?? index)];
          return earlier ? [piece, earlier] : [piece];
        });
        expect(fold(seen)).toMatchObject({ text, gap: false });
      }),
      { numRuns: counts.propertyRuns },
    );
  });

  test('is whole again after a snapshot, whichever piece was missed and however late the snapshot is', () => {
    fc.assert(
      fc.property(cutText, fc.nat(8), fc.nat(8), ({ text, pieces }, lost, asked) => {
        const seen = pieces.filter((_, index) => index !== lost % pieces.length);
        const point = asked % (pieces.length + 1);
        const soFar = pieces
          .slice(0, Math.max(point, (lost % pieces.length) + 1))
          .map((piece) => piece.text)
          .join('');
        const before = fold(seen.slice(0, point));
        const after = fold(seen.slice(point), addSnapshot(before, { turn, attempt: 1, text: soFar }));
        expect(after).toMatchObject({ text, gap: false, aside: [] });
      }),
      { numRuns: counts.propertyRuns },
    );
  });

  test('never shows text behind a hole, and says that there is one', () => {
    const state = fold([
      { turn, attempt: 1, offset: 0, text: 'The ' },
      { turn, attempt: 1, offset: 9, text: 'fox' },
    ]);
    expect(state).toMatchObject({ text: 'The ', gap: true });
  });

  test('begins anew with a new attempt, and pieces of the old one change nothing (a fallback must not mix two answers)', () => {
    const state = fold([
      { turn, attempt: 1, offset: 0, text: 'Half an ans' },
      { turn, attempt: 2, offset: 0, text: 'A whole' },
      { turn, attempt: 1, offset: 11, text: 'wer' },
      { turn, attempt: 2, offset: 7, text: ' answer' },
    ]);
    expect(state).toMatchObject({ attempt: 2, text: 'A whole answer', gap: false });
  });

  test('ignores a snapshot that is older than what is shown (text must not shrink and grow again)', () => {
    const state = addSnapshot(fold([{ turn, attempt: 1, offset: 0, text: 'longer' }]), {
      turn,
      attempt: 1,
      text: 'long',
    });
    expect(state.text).toBe('longer');
  });
});
