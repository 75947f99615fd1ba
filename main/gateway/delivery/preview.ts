/**
 * What a chat sees of a reply while it is written: a draft that disappears by itself, or a first message that is edited.
 * A preview is no reply: it may be lost, it is never the only copy, and the final text takes its place.
 *
 * first one 1.2 s after the first token or at 40 characters → the next at the pace of its kind, slower after a refusal.
 * A preview message is a part of the turn's delivery and is noted before it goes out, so that a rerun takes it over.
 */
import type { Channel, SendOptions, SendOutcome } from '../channel.ts';
import type { GatewayPorts } from '../gateway.ts';
import { draftEvery, draftRefresh, editEvery, groupEditEvery, previewAfter, previewCharacters } from '../limits.ts';
import { describeError } from '../log.ts';
import type { Pacer } from './pacing.ts';
import type { StartedTurn } from '../turns/start.ts';
import type { Millis, PartRow } from '../types.ts';

export interface Preview {
  /** The text of the present attempt so far. */
  update(text: string): void;
  /** Something was shown in the chat. */
  readonly shown: boolean;
  /** Shows nothing more; resolves when nothing of it is under way, at the latest after {@link settlesWithin}. */
  end(): Promise<void>;
}

type Way = 'draft' | 'message' | 'off';

/** A preview that does not come back is given up; whether it was shown is then unknown. */
const settlesWithin: Millis = 5_000;
/** Whether the replies before this one have been sent by now. */
const lookAgainAfter: Millis = 250;

export interface PreviewParts {
  readonly ports: GatewayPorts;
  readonly pacer: Pick<Pacer, 'spare'>;
  /** Asked for each time: a new token means a new channel. */
  readonly channel: () => Channel | null;
}

export function createPreview(parts: PreviewParts, turn: StartedTurn): Preview {
  return new RunningPreview(parts, turn);
}

class RunningPreview implements Preview {
  shown: boolean;
  readonly #parts: PreviewParts;
  readonly #turn: StartedTurn;
  readonly #stopped = new AbortController();
  readonly #refused = new Set<Way>();
  #text = '';
  #firstAt: Millis | null = null;
  #shownText: string | null = null;
  #lastAt = 0;
  #slowed = 1;
  #notBefore = 0;
  #timer: Disposable | null = null;
  /** When it goes off. */
  #due: Millis = 0;
  #busy: Promise<void> | null = null;
  #part: PartRow | null;
  /** The final text has taken the part over. */
  #closed = false;

  constructor(parts: PreviewParts, turn: StartedTurn) {
    this.#parts = parts;
    this.#turn = turn;
    // Left by a run of the program that ended in the middle: its message is edited on, no second one is opened.
    this.#part = parts.ports.storage.read.deliveries.parts(turn.delivery.id)[0] ?? null;
    // However the turn ends, its chat has seen how the reply began.
    this.shown = (this.#part?.ref ?? null) !== null;
  }

  update(text: string): void {
    this.#text = text;
    this.#firstAt ??= this.#parts.ports.clock.monotonic();
    this.#schedule();
  }

  async end(): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
    this.#stopped.abort();
    if (this.#busy !== null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      using _limit = this.#parts.ports.clock.after(settlesWithin, resolve);
      await Promise.race([this.#busy, promise]);
    }
    this.#closed = true;
  }

  #schedule(): void {
    if (this.#stopped.signal.aborted || this.#busy !== null) return;
    if (this.#timer !== null && this.#shownText !== null) return;
    if (this.#text.trim() === '' || this.#way() === 'off') return;
    const delay = this.#delay();
    if (delay === null) return;
    const { clock } = this.#parts.ports;
    const due = clock.monotonic() + Math.max(0, delay);
    // Enough characters may come before the time that was waited for.
    if (this.#timer !== null && due >= this.#due) return;
    this.#timer?.[Symbol.dispose]();
    this.#due = due;
    this.#timer = clock.after(Math.max(0, delay), () => {
      this.#timer = null;
      this.#busy = this.#show();
    });
  }

  /** Milliseconds until the next one; null when there is nothing new and nothing to refresh. */
  #delay(): Millis | null {
    const now = this.#parts.ports.clock.monotonic();
    const held = this.#notBefore - now;
    if (this.#shownText === null) {
      const first = this.#text.length >= previewCharacters ? 0 : (this.#firstAt ?? now) + previewAfter - now;
      return Math.max(first, held);
    }
    if (this.#text === this.#shownText) {
      return this.#way() === 'draft' ? Math.max(this.#lastAt + draftRefresh - now, held) : null;
    }
    return Math.max(this.#lastAt + this.#every() * this.#slowed - now, held);
  }

  #every(): Millis {
    if (this.#way() === 'draft') return draftEvery;
    return this.#turn.conversation.kind === 'group' ? groupEditEvery : editEvery;
  }

  #way(): Way {
    const channel = this.#parts.channel();
    const wanted = this.#parts.ports.settings.get('delivery.preview');
    if (channel?.renderPreview === undefined || channel.traits.live || wanted === 'off') return 'off';
    const draft = channel.preview !== undefined && this.#turn.conversation.kind === 'private';
    // What began as a message stays one: its text would otherwise stand beside the draft.
    const began = this.#part !== null;
    if (draft && !began && wanted !== 'message' && !this.#refused.has('draft')) return 'draft';
    return channel.edit !== undefined && wanted !== 'draft' && !this.#refused.has('message') ? 'message' : 'off';
  }

  /** Never rejects. */
  async #show(): Promise<void> {
    const text = this.#text;
    this.#lastAt = this.#parts.ports.clock.monotonic();
    try {
      const way = this.#way();
      if (way === 'draft') await this.#showDraft(text);
      if (way === 'message') await this.#showMessage(text);
    } catch (error) {
      this.#parts.ports.log.write('error', 'preview.failed', {
        turn: this.#turn.row.id,
        error: describeError(error),
      });
      this.#refused.add('draft').add('message');
    } finally {
      this.#busy = null;
      this.#schedule();
    }
  }

  async #showDraft(text: string): Promise<void> {
    const channel = this.#parts.channel();
    const part = channel?.renderPreview?.(text, 'tail');
    if (channel?.preview === undefined || part === undefined || part.plain === '') return;
    const outcome = await channel.preview(this.#turn.conversation, draftId(this.#turn), part, this.#stopped.signal);
    if (outcome.kind === 'shown') return this.#wasShown(text);
    if (outcome.kind === 'unsupported') this.#refused.add('draft');
    else this.#slowDown(outcome.after ?? draftEvery);
  }

  async #showMessage(text: string): Promise<void> {
    const { conversation, link } = this.#turn;
    const channel = this.#parts.channel();
    const part = channel?.renderPreview?.(text, 'head');
    if (channel?.edit === undefined || part === undefined || part.plain === '') return;
    // The same beginning again (the text has outgrown one message) would only use up what the platform allows.
    if (this.shown && part.text === this.#part?.part.text) return this.#wasShown(text);
    if (this.#part === null && this.#isBehindOthers()) return this.#wait(lookAgainAfter);
    if (!this.#parts.pacer.spare(link.id, conversation, channel.traits.pacing)) return this.#slowDown(editEvery);
    if (this.#part === null) return this.#open(channel, text, { position: 0, part });
    const { ref } = this.#part;
    // It could not be known whether the first one arrived; the final text says so.
    if (ref === null) return void this.#refused.add('message');
    const target = { chat: conversation.chat, topic: conversation.topic, id: ref };
    const outcome = await channel.edit(target, part, unlabelled, this.#stopped.signal);
    if (outcome.kind === 'sent') {
      this.#part = { ...this.#part, part };
      return this.#wasShown(text);
    }
    await this.#failed(outcome, this.#part);
  }

  /** An earlier reply has not been sent yet: a message of this one would stand above it for ever. */
  #isBehindOthers(): boolean {
    return this.#parts.ports.storage.read.deliveries.nextReady(this.#turn.conversation.id) !== null;
  }

  /** The first message: noted as being sent before it is, like every part. */
  async #open(channel: Channel, text: string, first: Pick<PartRow, 'position' | 'part'>): Promise<void> {
    const { ports } = this.#parts;
    const { conversation, delivery, inputs } = this.#turn;
    const row: PartRow = {
      id: ports.ids.next(),
      delivery: delivery.id,
      ...first,
      ownId: channel.newPartId(),
      state: 'sending',
      attempts: 1,
      again: 0,
      ref: null,
      reason: null,
    };
    this.#part = row;
    await ports.storage.note((tables) => tables.deliveries.addPart(row));
    const replyTo = conversation.kind === 'group' ? (inputs[0]?.platformId ?? null) : null;
    const options: SendOptions = { ...unlabelled, ownId: row.ownId, replyTo };
    // Not aborted with the turn: cutting it would only make its outcome unknown.
    const outcome = await channel.send(conversation, first.part, options, new AbortController().signal);
    if (outcome.kind === 'sent') {
      await this.#note({ ...row, state: 'pending', ref: outcome.ref });
      return this.#wasShown(text);
    }
    await this.#failed(outcome, row);
  }

  async #failed(outcome: Exclude<SendOutcome, { kind: 'sent' }>, row: PartRow): Promise<void> {
    switch (outcome.kind) {
      case 'not-sent':
        this.#slowDown(outcome.after ?? editEvery);
        if (row.ref !== null) return;
        // Surely not there: the next try, or the final text, opens it.
        await this.#note({ ...row, state: 'pending', attempts: 0 });
        this.#refused.add('message');
        return;
      case 'unknown':
        if (row.ref === null) await this.#note({ ...row, state: 'unknown' });
        this.#refused.add('message');
        return;
      case 'moved':
      case 'rejected':
        this.#refused.add('message');
        return this.#note({ ...row, state: 'pending', attempts: 0, ref: null });
    }
  }

  async #note(row: PartRow): Promise<void> {
    if (this.#closed) return;
    this.#part = row;
    await this.#parts.ports.storage.note((tables) => tables.deliveries.putPart(row));
  }

  #wasShown(text: string): void {
    this.shown = true;
    this.#shownText = text;
    this.#slowed = Math.max(1, this.#slowed * 0.75);
  }

  #slowDown(after: Millis): void {
    this.#slowed = Math.min(8, this.#slowed * 2);
    this.#wait(after);
  }

  #wait(after: Millis): void {
    this.#notBefore = this.#parts.ports.clock.monotonic() + after;
  }
}

const unlabelled: SendOptions = { ownId: null, label: null, replyTo: null };

/** The same for every run of a turn, not 0, within 31 bits. */
function draftId({ row }: StartedTurn): number {
  return (Number.parseInt(row.id.replaceAll('-', '').slice(-7), 16) % 0x7fff_fffe) + 1;
}
