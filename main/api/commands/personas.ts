/** Personas, and what is chosen of them and of thinking for single conversations and links. */
import type { PersonaView } from '../../../preload/contract/agent-views.ts';
import type { PersonaRow } from '../../gateway/context/rows.ts';
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
  const { fixed } = ports;
  const { links, personas } = ports.gateway;
  const personaView = ({ id, name, text }: PersonaRow): PersonaView => ({
    ...{ id, name, text },
    fixedByFile: fixed.has('personas', id),
  });
  return {
    'personas.list': async () => done(personas.all().map(personaView)),
    'personas.save': async ({ id = null, name, text }) => {
      const byFile = id === null ? null : fixed.refusal('personas', id);
      if (byFile !== null) return refuse(byFile);
      const title = name.trim();
      if (title === '') return refuse({ code: 'input.malformed', params: { path: 'name', expected: 'a name' } });
      return outcome(await personas.save({ id, name: title, text }), personaView);
    },
    'personas.remove': async ({ persona }) => {
      const byFile = fixed.refusal('personas', persona);
      return byFile === null ? settled(await personas.remove(persona)) : refuse(byFile);
    },
    'conversations.setPersona': async ({ conversation, persona }) =>
      outcome(await personas.choose(conversation, persona), (row) => conversationView(ports, row)),
    'conversations.setThinking': async ({ conversation, thinking }) =>
      outcome(await personas.think(conversation, thinking), (row) => conversationView(ports, row)),
    'links.setPersona': async ({ link, persona }) => {
      const byFile = fixed.refusal('links.persona', link);
      if (byFile !== null) return refuse(byFile);
      const changed = await personas.chooseForLink(link, persona);
      const status = changed.ok ? links.get(link) : null;
      if (!changed.ok) return refuse(changed.failure);
      return status === null
        ? refuse({ code: 'input.not-found', params: { name: 'link' } })
        : done(linkView(ports, status));
    },
  };
}
