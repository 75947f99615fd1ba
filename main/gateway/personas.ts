/**
 * Who the model is to be, and how much it is to think: chosen for a conversation, else (a persona) for its link, else in
 * the settings. A persona that was taken away counts as not chosen.
 */
import type { Settings } from './settings.ts';
import type { Tables } from './storage.ts';
import type { ConversationRow, LinkRow, Thinking } from './types.ts';

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
