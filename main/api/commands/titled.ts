/** Conversations by their title. */
import type { Handlers } from '../dispatch.ts';
import type { ApiPorts } from '../ports.ts';
import { conversationView } from '../views.ts';
import { done } from './outcome.ts';

export function titledCommands(ports: ApiPorts): Pick<Handlers, 'conversations.titled'> {
  return {
    'conversations.titled': async ({ query, limit }) =>
      done(ports.storage.read.conversations.titled(query, limit).map((row) => conversationView(ports, row))),
  };
}
