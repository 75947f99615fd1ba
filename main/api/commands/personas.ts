/** Personas, and what is chosen of them and of thinking for single conversations and links. */
import type { PersonaView } from '../../../preload/contract/agent-views.ts';
import type { PersonaRow } from '../../gateway/types.ts';
import type { Handlers } from '../dispatch.ts';
import type { ApiPorts } from '../ports.ts';
import { conversationView, linkView } from '../views.ts';
import { done, outcome, refuse, settled } from './outcome.ts';

type Family =
  | 'personas.list'
  | 'personas.save'
  | 'personas.remove'
  | 'conversations.setPersona'
  | 'conversations.setThinking'
  | 'links.setPersona';

export function personaCommands(ports: ApiPorts): Pick<Handlers, Family> {
  const { links, personas } = ports.gateway;
  return {
    'personas.list': async () => done(personas.all().map(personaView)),
    'personas.save': async ({ id = null, name, text }) => {
      const title = name.trim();
      if (title === '') return refuse({ code: 'input.malformed', params: { path: 'name', expected: 'a name' } });
      return outcome(await personas.save({ id, name: title, text }), personaView);
    },
    'personas.remove': async ({ persona }) => settled(await personas.remove(persona)),
    'conversations.setPersona': async ({ conversation, persona }) =>
      outcome(await personas.choose(conversation, persona), (row) => conversationView(ports, row)),
    'conversations.setThinking': async ({ conversation, thinking }) =>
      outcome(await personas.think(conversation, thinking), (row) => conversationView(ports, row)),
    'links.setPersona': async ({ link, persona }) => {
      const changed = await personas.chooseForLink(link, persona);
      const status = changed.ok ? links.get(link) : null;
      if (!changed.ok) return refuse(changed.failure);
      return status === null
        ? refuse({ code: 'input.not-found', params: { name: 'link' } })
        : done(linkView(ports, status));
    },
  };
}

function personaView({ id, name, text }: PersonaRow): PersonaView {
  return { id, name, text };
}
