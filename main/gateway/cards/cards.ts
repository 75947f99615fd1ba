/**
 * Cards and their answers: from the window, from the buttons below a message in the owner's own chat, and by command.
 * An answer is checked against the open cards inside the commit that carries it out, so the second one finds nothing.
 */
import { assertNever } from '../../lib/assert-never.ts';
import { failed, ok } from '../../lib/result.ts';
import { roleOf } from '../access/access.ts';
import { decideTool } from '../agent/approval.ts';
import type { Toolbox } from '../agent/toolbox.ts';
import { answerWords, parseButton } from './words.ts';
import type { InboundAction } from '../channel.ts';
import { carryOut, type Decision, type TurnControl } from '../access/decision.ts';
import { allowKept, giveGroup, giveRole, settleLate, settleLoop } from '../access/decisions.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Budget } from '../budget/types.ts';
import type { Card, CardAnswer, Cards } from './types.ts';
import type { LinkRegistry } from '../links/links.ts';
import { lateMessages, openCards } from './open-cards.ts';
import type { Tables } from '../storage.ts';
import { noteAnswer } from './told.ts';
import type { LinkId, LinkRow, Millis, Reason, Role } from '../types.ts';

export interface CardDesk extends Cards {
  /**
   * A button was pressed in a chat. Only an owner's counts, in a private chat; from anybody else nothing happens at all.
   * Each action is obeyed once, however often it is offered. Rejects with `StorageTrouble`, and then nothing was done.
   */
  pressed(link: LinkRow, action: InboundAction): Promise<void>;
  /** The open cards as they are inside somebody else's commit. */
  openIn(tables: Tables): readonly Card[];
  /** Inside somebody else's commit; null when the card is gone or does not take this answer. {@link carryOut} comes after it. */
  decide(tables: Tables, id: string, answer: CardAnswer): Decision | null;
  carryOut(made: Decision): void;
}

export interface CardParts {
  readonly ports: GatewayPorts;
  readonly events: Events;
  readonly links: Pick<LinkRegistry, 'all' | 'row' | 'channel'>;
  readonly budget: Pick<Budget, 'alarms'>;
  readonly toolbox: Pick<Toolbox, 'isFixed'>;
  readonly turns: TurnControl;
}

export function createCards(parts: CardParts): CardDesk {
  const { ports, events, links, budget, toolbox, turns } = parts;
  const { storage, clock } = ports;
  const open = (tables: Tables): readonly Card[] =>
    openCards({ tables, links: links.all(), budget, toolbox, now: clock.now() });
  const desk: CardDesk = {
    open: () => open(storage.read),
    openIn: open,
    async answer(id, answer) {
      const found = await storage.commit((tables): Decision | Reason => {
        const card = open(tables).find((candidate) => candidate.id === id);
        if (card === undefined) return { code: 'input.not-found', params: { name: id } };
        return decideCard(parts, tables, card, answer) ?? { code: 'input.malformed', params: { name: 'answer' } };
      });
      if ('code' in found) return failed(found);
      desk.carryOut(found);
      return ok(undefined);
    },
    decide(tables, id, answer) {
      const card = open(tables).find((candidate) => candidate.id === id);
      return card === undefined ? null : decideCard(parts, tables, card, answer);
    },
    carryOut(made) {
      ports.log.write('info', 'card.answered', { link: made.link, messages: made.messages.length });
      carryOut({ read: storage.read, events, turns }, made);
    },
    pressed: (link, action) => press(parts, desk, link, action),
  };
  return desk;
}

async function press({ ports, links }: CardParts, desk: CardDesk, link: LinkRow, action: InboundAction): Promise<void> {
  const asked = parseButton(action.data);
  const { storage, clock, sentences } = ports;
  if (asked === null || !mayPress(storage.read, link, action)) return;
  const { card: id, answer } = asked;
  const about = desk.open().find((card) => card.id === id);
  const made = await storage.commit((tables) => {
    if (!mayPress(tables, link, action)) return null;
    const fresh = tables.links.addEvent(link.id, action.key, clock.now());
    return { decision: fresh ? desk.decide(tables, id, answer) : null };
  });
  if (made === null) return;
  const { decision } = made;
  if (decision !== null) desk.carryOut(decision);
  const name = (of: LinkId): string => links.row(of)?.name ?? of;
  const words =
    decision === null || about === undefined
      ? sentences.text('card.already', {}, link.language)
      : answerWords({ sentences, language: link.language, linkName: name }, about, answer);
  links.channel(link.id)?.answerAction?.(action.handle, words);
}

/** Buttons can be pressed by everybody who sees them, and a chat may have become a group: both are asked anew. */
function mayPress(tables: Tables, link: LinkRow, { chat, sender }: InboundAction): boolean {
  if (roleOf(tables, link, sender.address) !== 'owner') return false;
  const here = tables.conversations.ofChat(link.id, chat);
  return here.length > 0 && here.every(({ kind }) => kind === 'private');
}

const roles: Partial<Record<CardAnswer, Exclude<Role, 'unknown'>>> = {
  owner: 'owner',
  allow: 'guest',
  ignore: 'blocked',
};
const groupAnswers: Partial<Record<CardAnswer, 'mention' | 'always' | 'off'>> = {
  mention: 'mention',
  always: 'always',
  ignore: 'off',
};

/** Null when the card does not take this answer. */
function decideCard({ ports, links }: CardParts, tables: Tables, card: Card, answer: CardAnswer): Decision | null {
  if (!card.answers.includes(answer)) return null;
  const link = 'link' in card ? links.row(card.link) : null;
  if (link === null) return null;
  const made = applyAnswer(tables, link, card, answer, ports.clock.now());
  if (made === null) return null;
  noteAnswer(tables, card.id, answer);
  return made;
}

function applyAnswer(tables: Tables, link: LinkRow, card: Card, answer: CardAnswer, now: Millis): Decision | null {
  switch (card.kind) {
    case 'person': {
      if (answer === 'once') return allowKept(tables, link, card.address);
      const role = roles[answer];
      return role === undefined ? null : giveRole(tables, link, card.address, role, 'owner', now);
    }
    case 'group': {
      const said = groupAnswers[answer];
      return said === undefined ? null : giveGroup(tables, link, card.chat, said, 'owner', now);
    }
    case 'late': {
      if (answer !== 'answer' && answer !== 'leave') return null;
      return settleLate(tables, link.id, lateMessages(tables, link.id, now), answer);
    }
    case 'loop': {
      if (answer !== 'resume' && answer !== 'leave') return null;
      return settleLoop(tables, link.id, card.conversation, answer);
    }
    case 'tool':
      return decideTool(tables, link.id, card, answer, now);
    case 'signed-out':
    case 'conflict':
    case 'budget':
      return null;
    default:
      return assertNever(card, 'card');
  }
}
