/** The conversations by last activity: an unbroken run from the newest on. Pure functions on values. */
import type { ConversationView } from '../../preload/contract/views.ts';

export interface ConversationList {
  readonly items: readonly ConversationView[];
  /** There are older ones than the last one. */
  readonly more: boolean;
}

/** The order of `conversations.page`: newest first, ids break ties. */
export function byActivity(a: ConversationView, b: ConversationView): number {
  return b.lastAt - a.lastAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/** The first page, put onto what was already held. */
export function fromFirstPage(
  page: readonly ConversationView[],
  limit: number,
  held: ConversationList | undefined,
): ConversationList {
  const last = page.at(-1);
  if (page.length < limit || last === undefined) return { items: page, more: false };
  const ids = new Set(page.map((item) => item.id));
  const kept = (held?.items ?? []).filter((item) => !ids.has(item.id) && byActivity(last, item) < 0);
  return { items: [...page, ...kept], more: kept.length > 0 ? (held?.more ?? true) : true };
}

/** The page after the last one held. */
export function withNextPage(
  list: ConversationList,
  page: readonly ConversationView[],
  limit: number,
): ConversationList {
  const ids = new Set(list.items.map((item) => item.id));
  return { items: [...list.items, ...page.filter((item) => !ids.has(item.id))], more: page.length >= limit };
}

/** A conversation that is new or changed, at its place; one older than everything held stays out while there is more. */
export function withConversation(list: ConversationList, changed: ConversationView): ConversationList {
  const others = list.items.filter((item) => item.id !== changed.id);
  const at = others.findIndex((item) => byActivity(changed, item) < 0);
  if (at >= 0) return { ...list, items: others.toSpliced(at, 0, changed) };
  return list.more ? { ...list, items: others } : { ...list, items: [...others, changed] };
}
