/**
 * The texts that are being written right now, one per conversation. They live outside of the query cache: pieces come
 * many times a second and only the row that shows them may draw anew. Listeners are told once per frame (`schedule`).
 */
import { addPiece, addSnapshot, type Piece, type Snapshot, type StreamText } from './stream.ts';

export class LiveTexts {
  readonly #texts = new Map<string, StreamText>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #dirty = new Set<string>();
  readonly #schedule: (task: () => void) => void;
  readonly #onGap: (conversation: string) => void;

  /** `schedule` runs a task before the next frame; `onGap` is called when a text needs a snapshot. */
  constructor(schedule: (task: () => void) => void, onGap: (conversation: string) => void) {
    this.#schedule = schedule;
    this.#onGap = onGap;
  }

  get(conversation: string): StreamText | null {
    return this.#texts.get(conversation) ?? null;
  }

  piece(conversation: string, piece: Piece): void {
    const before = this.get(conversation);
    const after = addPiece(before, piece);
    this.#put(conversation, after);
    if (after.gap && !(before?.turn === after.turn && before.gap)) this.#onGap(conversation);
  }

  /** Returns whether the text is whole now; when it is not, another snapshot is needed. */
  snapshot(conversation: string, snapshot: Snapshot): boolean {
    const after = addSnapshot(this.get(conversation), snapshot);
    this.#put(conversation, after);
    return !after.gap;
  }

  forget(conversation: string): void {
    if (this.#texts.delete(conversation)) this.#mark(conversation);
  }

  watch(conversation: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(conversation) ?? new Set();
    this.#listeners.set(conversation, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(conversation) === listeners) this.#listeners.delete(conversation);
    };
  }

  #put(conversation: string, text: StreamText): void {
    if (this.#texts.get(conversation) === text) return;
    this.#texts.set(conversation, text);
    this.#mark(conversation);
  }

  #mark(conversation: string): void {
    const first = this.#dirty.size === 0;
    this.#dirty.add(conversation);
    if (!first) return;
    this.#schedule(() => {
      const changed = [...this.#dirty];
      this.#dirty.clear();
      for (const each of changed) for (const listener of [...(this.#listeners.get(each) ?? [])]) listener();
    });
  }
}
