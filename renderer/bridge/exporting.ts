/** An export as the window puts it together: piece by piece, so that it can be stopped, and gone on with where it stopped. */
import type { Bridge } from '../../preload/contract/bridge.ts';
import type { ExportPieceView, ExportPlaceView } from '../../preload/contract/views.ts';
import { ask } from './failure.ts';

export interface ExportWish {
  /** Null: all of them. */
  readonly conversation: string | null;
  readonly format: 'markdown' | 'json';
}

export class Exporting {
  readonly #bridge: Bridge;
  readonly #wish: ExportWish;
  /** The browser keeps them, on its disk where they are large. */
  readonly #pieces: Blob[] = [];
  #place: ExportPlaceView | null = null;

  constructor(bridge: Bridge, wish: ExportWish) {
    this.#bridge = bridge;
    this.#wish = wish;
  }

  /**
   * The whole as a file; null when `signal` ended it. Rejects with `CallFailure`; called again it goes on with the piece
   * that failed. `told` hears of each piece.
   */
  async run(
    told: (progress: Pick<ExportPieceView, 'done' | 'total'>) => void,
    signal: AbortSignal,
  ): Promise<Blob | null> {
    const { format } = this.#wish;
    while (!signal.aborted) {
      const piece = await ask(this.#bridge, 'conversations.export', { ...this.#wish, after: this.#place });
      this.#pieces.push(new Blob([piece.text]));
      told(piece);
      this.#place = piece.next;
      if (piece.next === null) return new Blob(this.#pieces, { type: types[format] });
    }
    return null;
  }
}

const types = { markdown: 'text/markdown', json: 'application/json' } as const;
const endings = { markdown: 'md', json: 'json' } as const;

/** A name for the file that every file system takes: the title as far as it consists of letters and digits, and the day. */
export function exportName(title: string, format: ExportWish['format'], day: string): string {
  const words = title.normalize('NFC').match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  const named = [...words.join('-')].slice(0, 60).join('').toLowerCase();
  return `${['porchlight', named, day].filter(Boolean).join('-')}.${endings[format]}`;
}
