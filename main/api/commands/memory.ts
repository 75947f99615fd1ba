/** The owner's notes, read and written in the window. */
import type { Handlers } from '../dispatch.ts';
import type { ApiPorts } from '../ports.ts';
import { done, outcome, settled } from './outcome.ts';

type Family = 'memory.get' | 'memory.read' | 'memory.save' | 'memory.create' | 'memory.remove' | 'memory.search';

export function memoryCommands({ notes }: Pick<ApiPorts, 'notes'>): Pick<Handlers, Family> {
  return {
    'memory.get': async () => done(await notes.view()),
    'memory.read': async ({ name }) => outcome(await notes.read(name), (text) => ({ text })),
    'memory.save': async ({ name, text, base }) =>
      outcome(await notes.save(name, text, base), (now) => ({ text: now })),
    'memory.create': async ({ name, text }) => outcome(await notes.create(name, text), (now) => ({ text: now })),
    'memory.remove': async ({ name, base }) => settled(await notes.remove(name, base)),
    'memory.search': async ({ query, limit }) => done(await notes.search(query, limit)),
  };
}
