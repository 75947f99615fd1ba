/**
 * The text of a running reply, put together from pieces. Pieces carry the attempt they belong to and the offset at which
 * they stand, so that a piece seen twice changes nothing and a missing one is noticed: then `gap` is set, later pieces
 * are kept aside, and the text so far (a snapshot) fills the hole. A pure reducer.
 */
export interface Piece {
  readonly turn: string;
  readonly attempt: number;
  /** UTF-16 units of the attempt's text before this piece. */
  readonly offset: number;
  readonly text: string;
}

export interface Snapshot {
  readonly turn: string;
  readonly attempt: number;
  readonly text: string;
}

export interface StreamText extends Snapshot {
  /** Pieces that stand behind a hole; empty unless `gap`. */
  readonly aside: readonly Piece[];
  /** A piece is missing: ask for the text so far. */
  readonly gap: boolean;
}

/** Beyond it pieces behind a hole are forgotten: the next snapshot has them anyway, or shows the next hole. */
const asideLimit = 500;

/** A stream of which nothing is known yet: its first piece or snapshot is taken as it comes. */
function emptyStream(turn: string): StreamText {
  return { turn, attempt: 0, text: '', aside: [], gap: false };
}

/** The state after a piece. A piece of another turn starts over; one of an older attempt changes nothing. */
export function addPiece(state: StreamText | null, piece: Piece): StreamText {
  const present = state?.turn === piece.turn ? state : emptyStream(piece.turn);
  if (piece.attempt < present.attempt) return present;
  const base =
    piece.attempt > present.attempt ? { ...emptyStream(piece.turn), attempt: piece.attempt } : { ...present };
  if (piece.offset > base.text.length) {
    return { ...base, gap: true, aside: [...base.aside, piece].slice(-asideLimit) };
  }
  const added = piece.text.slice(base.text.length - piece.offset);
  if (added === '') return base;
  return settleAside({ ...base, text: base.text + added });
}

/** The state after the text so far arrived. An older or shorter one changes nothing but a gap that it leaves open. */
export function addSnapshot(state: StreamText | null, snapshot: Snapshot): StreamText {
  const present = state?.turn === snapshot.turn ? state : emptyStream(snapshot.turn);
  if (snapshot.attempt < present.attempt) return present;
  if (snapshot.attempt > present.attempt) {
    const aside = present.aside.filter((piece) => piece.attempt === snapshot.attempt);
    return settleAside({ turn: snapshot.turn, attempt: snapshot.attempt, text: snapshot.text, aside, gap: false });
  }
  if (snapshot.text.length <= present.text.length) return settleAside(present);
  return settleAside({ ...present, text: snapshot.text });
}

/** Takes in whatever of the pieces kept aside fits now; what still does not fit keeps the gap. */
function settleAside(state: StreamText): StreamText {
  if (state.aside.length === 0) return state.gap ? { ...state, gap: false } : state;
  let text = state.text;
  const left: Piece[] = [];
  for (const piece of [...state.aside].sort((a, b) => a.offset - b.offset)) {
    if (piece.offset > text.length) left.push(piece);
    else text += piece.text.slice(text.length - piece.offset);
  }
  return { ...state, text, aside: left, gap: left.length > 0 };
}
