/**
 * The end of a turn: one commit with its final text, the rendered parts with their ids, the usage and what became of
 * the messages it covers. Every finished turn has exactly one final answer; nothing of it is sent before this commit.
 */
import { asStored } from '../access/access.ts';
import { closeCalls } from '../agent/close-calls.ts';
import type { StepRow } from '../agent/types.ts';
import type { ModelCall } from '../models/attempts.ts';
import type { Channel } from '../channel.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { MarkdownTree } from '../markdown.ts';
import { hasTakenOver, ownReason } from '../inbound/own-messages.ts';
import type { Tables } from '../storage.ts';
import type { NewMessage } from '../tables/messages.ts';
import type { StartedTurn } from './start.ts';
import type {
  DeliveryId,
  DeliveryState,
  MessageRow,
  ModelRef,
  Part,
  PartRow,
  Reason,
  TurnRow,
  TurnState,
} from '../types.ts';
import { addUsage, settleCalls } from '../budget/usage.ts';
import { whyUnheard } from '../delivery/withheld.ts';

/** How a turn ended, before it is written. */
export interface TurnEnding {
  readonly state: Exclude<TurnState, 'running'>;
  readonly kind: 'assistant' | 'notice';
  readonly text: string;
  /** Assistant texts are markdown, sentences of the gateway are not. */
  readonly markdown: boolean;
  /**
   * What the chat is told below the text. It is no part of the reply: the window shows it from `model` and `reason`,
   * and the model must not read it as its own words.
   */
  readonly below?: string;
  readonly model: ModelRef | null;
  readonly reason: Reason | null;
  /** False: stored and shown, but not sent to the chat (a stopped turn, a dead letter). */
  readonly deliver: boolean;
  readonly calls: readonly ModelCall[];
  /** What the answer thought; shown in the window alone. */
  readonly step?: StepRow;
  readonly apply?: (tables: Tables) => void;
}

export interface FinishedTurn {
  readonly answer: MessageRow;
  readonly inputs: readonly MessageRow[];
  readonly send: boolean;
}

/** Below every platform's limit for one message, a label included. */
const plainPart = 3_900;

/**
 * Renders outside the commit, so that the transaction stays short. The channel may be gone: then plain text waits. A
 * text of which nothing is left to see goes out as it was written.
 */
export function renderEnding(ports: GatewayPorts, channel: Channel | null, ending: TurnEnding): readonly Part[] {
  if (!ending.deliver || channel?.traits.live === true) return [];
  const text = ending.markdown ? ports.parseMarkdown(ending.text) : plainTree(ending.text);
  const tree = ending.below === undefined ? text : withBelow(text, ending.below);
  const rendered = channel?.render(tree) ?? [];
  return rendered.length > 0 ? rendered : plainParts(tree.source);
}

/** Joined as trees: in the source, a fence that the reply left open would swallow what stands below it. */
function withBelow(text: MarkdownTree, below: string): MarkdownTree {
  const sentence = { kind: 'italic', children: [{ kind: 'text', text: below }] } as const;
  return {
    source: `${text.source}\n\n${below}`,
    blocks: [...text.blocks, { kind: 'paragraph', children: [sentence] }],
  };
}

/** Without a channel nobody knows its format: pieces that fit everywhere, parted at a line or a word where there is one. */
function plainParts(text: string): readonly Part[] {
  const parts: Part[] = [];
  for (let rest = text.trim(); rest !== '';) {
    const piece = rest.length <= plainPart ? rest : rest.slice(0, endOfPiece(rest));
    parts.push({ format: 'plain', text: piece, plain: piece });
    rest = rest.slice(piece.length).trimStart();
  }
  return parts;
}

function endOfPiece(text: string): number {
  const window = text.slice(0, plainPart);
  const at = Math.max(window.lastIndexOf('\n'), window.lastIndexOf(' '));
  if (at >= plainPart / 2) return at;
  const last = window.charCodeAt(plainPart - 1);
  return last >= 0xd800 && last <= 0xdbff ? plainPart - 1 : plainPart;
}

/** Inside a commit. Null when the turn is no longer running: somebody else has finished it. */
export function finishTurn(
  ports: GatewayPorts,
  tables: Tables,
  turn: StartedTurn,
  ending: TurnEnding,
  parts: readonly Part[],
  newPartId: () => string | null,
): FinishedTurn | null {
  const now = ports.clock.now();
  const row = tables.turns.get(turn.row.id);
  const inputs = turn.inputs.map(({ id }) => tables.messages.get(id)).filter((message) => message !== null);
  const conversation = tables.conversations.get(turn.conversation.id);
  const delivery = tables.deliveries.ofTurn(turn.row.id);
  if (row?.state !== 'running' || conversation === null || delivery === null) {
    // Its calls were made all the same, and what was set aside for them must not stay so.
    settleCalls(tables, { link: turn.row.link, conversation: null, turn: null }, ending.calls, ports.ids);
    return null;
  }
  tables.turns.put({ ...row, state: ending.state, model: ending.model, reason: ending.reason, endedAt: now });
  // Before they are marked: what was taken back or forbidden meanwhile was no question any more.
  const taken = hasTakenOver(tables, conversation, row.startedAt, now) ? ownReason : null;
  const withheld = whyUnheard(tables, asStored(tables, turn.link), conversation, inputs) ?? taken;
  tables.messages.mark(
    inputs.filter(({ state }) => state === 'answering').map(({ id }) => id),
    'answered',
    ending.reason,
    row.id,
  );
  const answer = tables.messages.add(answerMessage(ports, row, ending));
  const send = parts.length > 0 && withheld === null;
  if (send) storeParts(ports, tables, delivery.id, parts, newPartId);
  const state: DeliveryState = send ? 'ready' : ending.deliver && withheld === null ? 'sent' : 'cancelled';
  tables.deliveries.put({ ...delivery, state, reason: withheld, readyAt: now, settledAt: send ? null : now });
  addUsage(tables, row, ending.calls, ports.ids);
  closeCalls(tables, row.id, now);
  if (ending.step !== undefined) tables.steps.add(ending.step);
  // In a chat of a platform the owner has to look at what others say; what we say there is no news to him.
  const unread = conversation.unread + (turn.link.kind === 'window' ? 1 : 0);
  tables.conversations.put({ ...conversation, lastAt: now, unread });
  ending.apply?.(tables);
  const covered = inputs.map(({ id }) => tables.messages.get(id)).filter((message) => message !== null);
  return { answer, inputs: covered, send };
}

/**
 * Where a preview message was shown, it becomes the first part: its text is replaced, and when nobody knows whether it
 * arrived, the first part is the one that may arrive twice.
 */
function storeParts(
  ports: GatewayPorts,
  tables: Tables,
  delivery: DeliveryId,
  parts: readonly Part[],
  newPartId: () => string | null,
): void {
  const [preview] = tables.deliveries.parts(delivery);
  parts.forEach((part, position) => {
    if (position > 0 || preview === undefined) {
      return tables.deliveries.addPart(newPart(ports, delivery, part, position, newPartId()));
    }
    const unsure = preview.ref === null && (preview.state === 'sending' || preview.state === 'unknown');
    tables.deliveries.putPart({ ...preview, part, state: unsure ? 'unknown' : 'pending', attempts: 0 });
  });
}

function answerMessage(ports: GatewayPorts, turn: TurnRow, ending: TurnEnding): NewMessage {
  const now = ports.clock.now();
  return {
    id: ports.ids.next(),
    conversation: turn.conversation,
    link: turn.link,
    kind: ending.kind,
    author: null,
    authorName: '',
    platformId: null,
    revision: 0,
    text: ending.text,
    contextNo: turn.contextNo,
    at: now,
    receivedAt: now,
    state: 'answered',
    reason: ending.reason,
    turn: turn.id,
    model: ending.model,
  };
}

function newPart(
  ports: GatewayPorts,
  delivery: DeliveryId,
  part: Part,
  position: number,
  ownId: string | null,
): PartRow {
  const id = ports.ids.next();
  return { id, delivery, position, part, ownId, state: 'pending', attempts: 0, again: 0, ref: null, reason: null };
}

/** A sentence of ours, line by line, without reading markdown into it. */
export function plainTree(text: string): MarkdownTree {
  const paragraphs = text.split(/\n{2,}/).filter((paragraph) => paragraph !== '');
  return {
    source: text,
    blocks: paragraphs.map((paragraph) => ({
      kind: 'paragraph',
      children: paragraph
        .split('\n')
        .flatMap((line, index) => [
          ...(index === 0 ? [] : [{ kind: 'break' } as const]),
          { kind: 'text', text: line } as const,
        ]),
    })),
  };
}
