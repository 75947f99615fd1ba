/**
 * Whom a WhatsApp link answers: its owner alone (`only-me`) or people he allows (`people`). What others wrote while it was
 * `only-me` was none of ours, and stays so when it arrives late: a switch counts from its moment on.
 */
import { isAccount } from './access.ts';
import type { InboundMessage } from '../channel.ts';
import { decision, type Decision } from './decision.ts';
import type { Tables } from '../storage.ts';
import type { LinkId, LinkRow, Millis } from '../types.ts';
import { keepToOwner } from '../turns/withdraw.ts';

/** Inside the commit that stores `link` with its new mode. */
export function changeMode(tables: Tables, before: LinkRow, link: LinkRow, now: Millis): Decision {
  if (before.mode === link.mode) return decision(link.id, {});
  if (link.mode === 'only-me') return keepToOwner(tables, link, now);
  tables.facts.put(factOf(link.id), now);
  return decision(link.id, {});
}

/** Written by somebody else before the link was to hear of it. Stamps of the platform are whole seconds. */
export function isOlderThanMode(
  tables: Pick<Tables, 'facts'>,
  link: LinkRow,
  { chat, at }: Pick<InboundMessage, 'chat' | 'at'>,
): boolean {
  if (link.kind !== 'whatsapp' || isAccount(link, chat)) return false;
  const since = tables.facts.get(factOf(link.id));
  return typeof since === 'number' && at < Math.floor(since / 1000) * 1000;
}

/** The link is gone, and what comes under its name next begins anew. */
export function forgetMode(tables: Pick<Tables, 'facts'>, link: LinkId): void {
  tables.facts.put(factOf(link), undefined);
}

const factOf = (link: LinkId): string => `people-since/${link}`;
