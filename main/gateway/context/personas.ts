/**
 * Who the model is to be, and how much it is to think: chosen for a conversation, else (a persona) for its link, else in
 * the settings. A persona that was taken away counts as not chosen.
 */
import { failed, ok, type Result } from '../../lib/result.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Links } from '../links/types.ts';
import type { Personas } from './types.ts';
import type { Settings } from '../settings.ts';
import type { Tables } from '../storage.ts';
import type { ConversationRow, LinkRow, Reason, Thinking } from '../types.ts';
import type { PersonaRow } from './rows.ts';

/** The owner's words for the beginning of the prompt; empty where he has none. */
export function personaOf(
  tables: Pick<Tables, 'personas'>,
  settings: Pick<Settings, 'get'>,
  conversation: Pick<ConversationRow, 'persona'>,
  link: Pick<LinkRow, 'persona'>,
): string {
  for (const chosen of [conversation.persona, link.persona]) {
    const persona = chosen === null ? null : tables.personas.get(chosen);
    if (persona !== null) return persona.text;
  }
  return settings.get('persona');
}

/** Null: the model is told nothing and does as it comes. */
export function thinkingOf(
  settings: Pick<Settings, 'get'>,
  conversation: Pick<ConversationRow, 'thinking'>,
): Thinking | null {
  if (conversation.thinking !== null) return conversation.thinking;
  const standard = settings.get('models.thinking');
  return standard === 'auto' ? null : standard;
}

type PersonaPorts = Pick<GatewayPorts, 'storage' | 'clock' | 'ids'>;

/** What the owner does with personas. */
export function createPersonas(
  { storage, clock, ids }: PersonaPorts,
  events: Pick<Events, 'publish'>,
  links: Pick<Links, 'all' | 'update'>,
): Personas {
  // A window reads them again with the settings, of which one is the persona that stands where none was chosen.
  const changed = (): void => events.publish({ kind: 'setting', key: 'persona' });
  return {
    all: () => storage.read.personas.all(),
    async save({ id, name, text }) {
      const saved = await storage.commit((tables): PersonaRow | null => {
        const before = id === null ? null : tables.personas.get(id);
        if (id !== null && before === null) return null;
        const row = { id: before?.id ?? ids.next(), name, text, createdAt: before?.createdAt ?? clock.now() };
        tables.personas.put(row);
        return row;
      });
      if (saved === null) return failed(notFound('persona'));
      changed();
      return ok(saved);
    },
    async remove(id) {
      const having = links.all().filter(({ row }) => row.persona === id);
      for (const { row } of having) await links.update(row.id, { persona: null });
      await storage.commit((tables) => tables.personas.remove(id));
      changed();
      return ok(undefined);
    },
    choose: (conversation, persona) =>
      changeConversation(storage, events, conversation, (tables, row) =>
        persona === null || tables.personas.get(persona) !== null ? { ...row, persona } : null,
      ),
    async chooseForLink(link, persona) {
      if (persona !== null && storage.read.personas.get(persona) === null) return failed(notFound('persona'));
      return links.update(link, { persona });
    },
    think: (conversation, thinking) =>
      changeConversation(storage, events, conversation, (_, row) => ({ ...row, thinking })),
  };
}

async function changeConversation(
  storage: PersonaPorts['storage'],
  events: Pick<Events, 'publish'>,
  id: ConversationRow['id'],
  change: (tables: Tables, row: ConversationRow) => ConversationRow | null,
): Promise<Result<ConversationRow, Reason>> {
  const changed = await storage.commit((tables) => {
    const row = tables.conversations.get(id);
    const next = row === null ? null : change(tables, row);
    if (next !== null) tables.conversations.put(next);
    return { there: row !== null, next };
  });
  if (changed.next === null) return failed(notFound(changed.there ? 'persona' : 'conversation'));
  events.publish({ kind: 'conversation', conversation: id });
  return ok(changed.next);
}

function notFound(name: string): Reason {
  return { code: 'input.not-found', params: { name } };
}
